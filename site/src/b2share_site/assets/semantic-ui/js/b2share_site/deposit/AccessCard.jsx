// SPDX-License-Identifier: MIT
import { AccessRightField } from "@js/invenio_rdm_records";
import { i18next } from "@translations/b2share_site/i18next";
import React from "react";
import { Message } from "semantic-ui-react";

/** The stock visibility card, preceded by what openness and a restriction mean. */
export const AccessCard = (props) => (
  <>
    <Message info size="small" className="b2share-access-advice">
      <Message.Header>{i18next.t("Open access is encouraged")}</Message.Header>
      <p>
        {i18next.t(
          "Public data can be found, cited and used again by everybody. Restrict only what must be restricted."
        )}
      </p>
      <ul>
        <li>
          {i18next.t(
            "Restricted files: everybody sees the description, only people you allow can download."
          )}
        </li>
        <li>
          {i18next.t(
            "Restricted record: only people you allow see that it exists. It gets no DOI and no Handle until it is made public."
          )}
        </li>
        <li>
          {i18next.t("Embargo: a restriction that ends by itself on a day you choose.")}
        </li>
      </ul>
    </Message>
    <AccessRightField {...props} />
  </>
);
