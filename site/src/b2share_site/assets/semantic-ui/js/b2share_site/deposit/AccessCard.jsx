// SPDX-License-Identifier: MIT
import { AccessRightField } from "@js/invenio_rdm_records";
import { i18next } from "@translations/b2share_site/i18next";
import React from "react";
import { Message } from "semantic-ui-react";

/** The stock visibility card, preceded by what openness and a restriction mean. */
export const AccessCard = (props) => (
  <>
    <Message info size="small">
      <Message.Header>{i18next.t("Open access is encouraged")}</Message.Header>
      <p>{i18next.t("Public data can be found, cited and used again by everybody.")}</p>
      <p>
        {i18next.t(
          "Restricted files: the description stays public, only people you allow can download."
        )}
      </p>
      <p>
        {i18next.t(
          "Restricted record: only people you allow can see it, and it gets no DOI or Handle before it is made public."
        )}
      </p>
    </Message>
    <AccessRightField {...props} />
  </>
);
