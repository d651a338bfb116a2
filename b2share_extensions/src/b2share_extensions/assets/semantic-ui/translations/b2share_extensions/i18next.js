// SPDX-License-Identifier: MIT
import i18n from "i18next";
import LanguageDetector from "i18next-browser-languagedetector";
import { messages } from "./messages";

// An instance of our own: each Invenio module keeps its texts apart from the others.
// The keys are the English texts, so they may contain dots and colons.
export const i18next = i18n.createInstance();

i18next.use(LanguageDetector).init({
  resources: messages,
  fallbackLng: "en",
  returnEmptyString: false,
  keySeparator: false,
  nsSeparator: false,
  detection: { order: ["htmlTag"], caches: [] },
});
