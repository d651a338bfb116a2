// SPDX-License-Identifier: MIT

// This file takes the place of the stock one, which holds only the first entry. Each plugin
// exports its own map; two maps must not name the same component, the later one would win.
import { TimelineFeedHeader } from "@js/invenio_app_rdm/requests/timeline/overrides/TimelineFeedHeader";
import { overriddenComponents as extensions } from "@js/b2share_extensions/overriddenComponents";
import { overriddenComponents as site } from "@js/b2share_site/overriddenComponents";

export const overriddenComponents = {
  "TimelineFeed.header": TimelineFeedHeader,
  ...extensions,
  ...site,
};
