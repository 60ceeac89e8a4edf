import { page as pageOf } from "../core/paging";
import { invalid } from "./errors";

/** A hundred at once. */
export const page = <T>(items: readonly T[], token: string | undefined): { items: T[]; nextToken?: string } =>
  pageOf(items, token, 100, () => invalid("Invalid nextToken"));
