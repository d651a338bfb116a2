// SPDX-License-Identifier: MIT
import { DepositFields } from "./deposit/DepositFields";

// A site spreads this map into its overridableRegistry/mapping.js.
export const overriddenComponents = {
  "InvenioAppRdm.Deposit.BasicInformation.after.container": DepositFields,
};
