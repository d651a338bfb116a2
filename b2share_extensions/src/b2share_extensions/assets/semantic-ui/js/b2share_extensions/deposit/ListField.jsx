// SPDX-License-Identifier: MIT
import { i18next } from "@translations/b2share_extensions/i18next";
import { FieldArray, getIn, useFormikContext } from "formik";
import PropTypes from "prop-types";
import React from "react";
import { FieldLabel, GroupField } from "react-invenio-forms";
import { Button, Form, Icon, Label } from "semantic-ui-react";

/** The text of an error of the list as a whole, which none of its inputs can show. */
const wholeListError = ({ errors, initialErrors }, fieldPath) => {
  const error = getIn(errors, fieldPath) || getIn(initialErrors, fieldPath);
  return typeof error === "string" ? error : error?.message;
};

/**
 * A list whose rows hold the given inputs and a button that removes the row.
 *
 * The stock ArrayField is not used: it puts a key of its own into each new row, and the
 * form sends what it finds in `metadata` as it is.
 */
export const ListField = ({
  fieldPath,
  label,
  labelIcon,
  helpText,
  addLabel,
  removeLabel,
  newRow,
  renderInputs,
}) => {
  const form = useFormikContext();
  const rows = getIn(form.values, fieldPath) || [];
  const error = wholeListError(form, fieldPath);

  return (
    <FieldArray name={fieldPath}>
      {({ push, remove }) => (
        <div role="group" aria-label={label} className="field rel-mb-2">
          <FieldLabel icon={labelIcon} label={label} />
          <p className="text-muted">{helpText}</p>
          {error && (
            <Label basic color="red" role="alert" className="mb-10">
              {error}
            </Label>
          )}
          {rows.map((row, index) => (
            // The inputs are bound to the path, so the place in the list is the identity.
            // eslint-disable-next-line react/no-array-index-key
            <GroupField key={index} fieldPath={fieldPath}>
              {renderInputs(`${fieldPath}.${index}`)}
              <Form.Field>
                <Button
                  type="button"
                  aria-label={i18next.t("{{action}} {{number}}", {
                    action: removeLabel,
                    number: index + 1,
                  })}
                  className="close-btn"
                  icon="close"
                  onClick={() => remove(index)}
                />
              </Form.Field>
            </GroupField>
          ))}
          <Button
            type="button"
            icon
            labelPosition="left"
            className="mt-10"
            onClick={() => push({ ...newRow })}
          >
            <Icon name="add" />
            {addLabel}
          </Button>
        </div>
      )}
    </FieldArray>
  );
};

ListField.propTypes = {
  fieldPath: PropTypes.string.isRequired,
  label: PropTypes.string.isRequired,
  labelIcon: PropTypes.string.isRequired,
  helpText: PropTypes.string.isRequired,
  addLabel: PropTypes.string.isRequired,
  removeLabel: PropTypes.string.isRequired,
  newRow: PropTypes.object.isRequired,
  renderInputs: PropTypes.func.isRequired,
};
