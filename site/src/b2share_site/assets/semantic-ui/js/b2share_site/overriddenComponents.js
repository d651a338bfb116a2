// SPDX-License-Identifier: MIT
import { AccessCard } from "./deposit/AccessCard";
import { CommunitiesList } from "./frontpage/CommunitiesList";

export const overriddenComponents = {
  "InvenioAppRdm.Deposit.AccessRightField.container": AccessCard,
  "InvenioCommunities.CommunitiesCarousel.layout": CommunitiesList,
};
