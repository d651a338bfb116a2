// SPDX-License-Identifier: MIT

/** Tell whether a value is an error itself: a text, or a message with a severity. */
const isError = (value) =>
  typeof value === "string" || (value?.message && value?.severity);

/** List the full path of each error below a path of the form. */
export const errorPaths = (value, path) => {
  if (!value) return [];
  if (isError(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) =>
    errorPaths(below, `${path}.${key}`)
  );
};
