import type { Resource } from "../state/resources";

/** A domain of the account, with all below it. Its name is the domain. */
export interface Zone extends Resource {
  readonly createdOn: string;
  /** Whether it was put in the place of one that the account does not have. */
  readonly isStandIn?: boolean;
}

/** A host that a Worker answers for as a whole. Its name is the host. */
export interface CustomDomain extends Resource {
  readonly zoneId: string;
  readonly scriptName: string;
}

/** Requests that a Worker answers, or that none does. Its name is the pattern. */
export interface RoutePattern extends Resource {
  readonly zoneId: string;
  /** None: such requests pass by the Workers. */
  readonly scriptName: string | undefined;
}
