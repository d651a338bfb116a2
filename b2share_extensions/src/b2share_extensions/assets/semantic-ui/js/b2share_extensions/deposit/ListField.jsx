// SPDX-License-Identifier: MIT
import { i18next } from "@translations/b2share_extensions/i18next";
import { getIn, useFormikContext } from "formik";
import PropTypes from "prop-types";
import React from "react";
import { ArrayField, FeedbackLabel, GroupField } from "react-invenio-forms";
import { Button, Form } from "semantic-ui-react";

/**
 * A list whose rows hold the given inputs and a button that removes the row.
 *
 * An error of the list as a whole, which no input can show, is shown above its rows.
 */
export const ListField = ({ fieldPath, removeLabel, renderInputs, ...arrayProps }) => {
  const { errors, initialErrors } = useFormikContext();
  const listError = getIn(errors, fieldPath) || getIn(initialErrors, fieldPath);
  const isWhole =
    typeof listError === "string" || typeof listError?.message === "string";

  return (
    <div role="group" aria-label={arrayProps.label} className="rel-mb-2">
      {isWhole && (
        <div role="alert">
          <FeedbackLabel fieldPath={fieldPath} pointing="below" />
        </div>
      )}
      <ArrayField fieldPath={fieldPath} {...arrayProps}>
        {({ arrayHelpers, indexPath }) => (
          <GroupField fieldPath={fieldPath} optimized={false}>
            {renderInputs(`${fieldPath}.${indexPath}`)}
            <Form.Field>
              <Button
                type="button"
                aria-label={i18next.t("{{action}} {{number}}", {
                  action: removeLabel,
                  number: indexPath + 1,
                })}
                className="close-btn"
                icon="close"
                onClick={() => arrayHelpers.remove(indexPath)}
              />
            </Form.Field>
          </GroupField>
        )}
      </ArrayField>
    </div>
  );
};

ListField.propTypes = {
  fieldPath: PropTypes.string.isRequired,
  removeLabel: PropTypes.string.isRequired,
  renderInputs: PropTypes.func.isRequired,
};
