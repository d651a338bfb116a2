// SPDX-License-Identifier: MIT
import { i18next } from "@translations/b2share_extensions/i18next";
import PropTypes from "prop-types";
import React from "react";
import { SelectField, TextField } from "react-invenio-forms";
import { ListField } from "./ListField";

// The list is open: a type that it lacks can be typed.
const PID_TYPES = [
  { value: "doi", text: "DOI" },
  { value: "handle", text: "Handle" },
  { value: "igsn", text: "IGSN" },
  { value: "ark", text: "ARK" },
  { value: "urn", text: "URN" },
  { value: "url", text: "URL" },
];

/** Instruments that made the data, each with name, persistent identifier and its type. */
export const InstrumentsField = ({ fieldPath }) => (
  <ListField
    fieldPath={fieldPath}
    label={i18next.t("Instruments")}
    labelIcon="flask"
    helpText={i18next.t(
      "What the data were made with, named by a persistent identifier."
    )}
    addLabel={i18next.t("Add instrument")}
    removeLabel={i18next.t("Remove instrument")}
    newRow={{ name: "", pid: "", pid_type: "doi" }}
    renderInputs={(row) => (
      <>
        <TextField
          fieldPath={`${row}.name`}
          label={i18next.t("Name")}
          required
          width={6}
        />
        <TextField
          fieldPath={`${row}.pid`}
          label={i18next.t("Identifier")}
          placeholder="10.1234/abcd"
          required
          width={6}
        />
        <SelectField
          fieldPath={`${row}.pid_type`}
          label={i18next.t("Identifier type")}
          aria-label={i18next.t("Identifier type")}
          options={PID_TYPES}
          allowAdditions
          required
          width={4}
        />
      </>
    )}
  />
);

InstrumentsField.propTypes = {
  fieldPath: PropTypes.string.isRequired,
};
