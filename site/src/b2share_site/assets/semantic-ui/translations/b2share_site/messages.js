// SPDX-License-Identifier: MIT

// Translations by language, such as { de: { translation: { "Name": "Name" } } }.
// English needs none: the keys are the English texts.
export const messages = {};
