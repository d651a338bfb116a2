// SPDX-License-Identifier: MIT
import { i18next } from "@translations/b2share_site/i18next";
import _truncate from "lodash/truncate";
import PropTypes from "prop-types";
import React from "react";
import { Image } from "react-invenio-forms";
import { Header, Item } from "semantic-ui-react";

const FALLBACK_LOGO = "/static/images/square-placeholder.png";

/** Communities one below the other, in place of the stock carousel that moves by itself. */
export const CommunitiesList = ({ title, data }) => (
  <>
    <Header as="h2">{title}</Header>
    <Item.Group relaxed className="b2share-communities">
      {data.hits.map((community) => (
        <Item key={community.id}>
          <Image
            size="mini"
            className="rel-mr-1"
            src={community.links.logo}
            fallbackSrc={FALLBACK_LOGO}
            alt=""
          />
          <Item.Content>
            <Header as="h3" size="small">
              <a href={community.links.self_html}>{community.metadata.title}</a>
            </Header>
            <Item.Description>
              {_truncate(community.metadata.description, { length: 140 })}
            </Item.Description>
          </Item.Content>
        </Item>
      ))}
    </Item.Group>
    <a className="ui button" href="/communities">
      {i18next.t("All communities")}
    </a>
  </>
);

CommunitiesList.propTypes = {
  title: PropTypes.string.isRequired,
  data: PropTypes.object.isRequired,
};
