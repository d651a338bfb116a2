// SPDX-License-Identifier: MIT
import { severityChecksConfig } from "@js/invenio_app_rdm/deposit/config";
import { i18next } from "@translations/b2share_extensions/i18next";
import { getIn, useFormikContext } from "formik";
import React from "react";
import { AccordionField } from "react-invenio-forms";
import Overridable from "react-overridable";
import { ContactEmailsField } from "./ContactEmailsField";
import { InstrumentsField } from "./InstrumentsField";
import { errorPaths } from "./errorPaths";

const FIELD_PATHS = ["metadata.contact_emails", "metadata.instruments"];

/**
 * The section of the deposit form with the fields that this plugin adds to every record.
 *
 * The stock accordion counts only errors at the very paths that it is given, so it
 * gets the path of each single error.
 */
export const DepositFields = (props) => {
  const { errors, initialErrors } = useFormikContext();
  const paths = FIELD_PATHS.flatMap((path) =>
    errorPaths(getIn(errors, path) || getIn(initialErrors, path), path)
  );

  return (
    <Overridable id="B2ShareExtensions.Deposit.Fields" {...props}>
      <AccordionField
        includesPaths={paths}
        severityChecks={severityChecksConfig}
        label={i18next.t("Contact and instruments")}
        id="b2share-extensions-section"
      >
        <ContactEmailsField fieldPath="metadata.contact_emails" />
        <InstrumentsField fieldPath="metadata.instruments" />
      </AccordionField>
    </Overridable>
  );
};
