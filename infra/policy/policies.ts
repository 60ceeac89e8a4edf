import type { Policies } from "@pulumi/policy";
import { access } from "./access";
import { alarms } from "./alarms";
import { deletion } from "./deletion";
import { encryption } from "./encryption";
import { logs } from "./logs";
import { permissions } from "./permissions";
import { rollback } from "./rollback";
import { tags } from "./tags";
import { tls } from "./tls";

/** All rules, in the order of README.md. */
export const policies: Policies = [
  ...encryption,
  ...access,
  ...tls,
  ...permissions,
  ...logs,
  ...tags,
  ...deletion,
  ...rollback,
  ...alarms,
];
