// SPDX-License-Identifier: MIT
import { i18next } from "@translations/b2share_extensions/i18next";
import PropTypes from "prop-types";
import React from "react";
import { TextField } from "react-invenio-forms";
import { ListField } from "./ListField";

/** E-mail addresses that answer questions about the record. */
export const ContactEmailsField = ({ fieldPath }) => (
  <ListField
    fieldPath={fieldPath}
    label={i18next.t("Contact e-mails")}
    labelIcon="mail"
    helpText={i18next.t("Who answers questions about this record; shown to everybody.")}
    addLabel={i18next.t("Add contact e-mail")}
    removeLabel={i18next.t("Remove contact e-mail")}
    newRow={{ contact_email: "" }}
    renderInputs={(row) => (
      <TextField
        fieldPath={`${row}.contact_email`}
        label={i18next.t("E-mail address")}
        type="email"
        autoComplete="email"
        required
        width={15}
      />
    )}
  />
);

ContactEmailsField.propTypes = {
  fieldPath: PropTypes.string.isRequired,
};
