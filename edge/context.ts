import type { RateLimit } from "./api/rate-limit";
import type { Reads } from "./api/reads";
import type { Instances } from "./data/instances";
import type { RoutingTable } from "./data/routes";
import type { Transfers } from "./api/d1/transfers";
import type { AssetSessions } from "./assets/sessions";
import type { Faults } from "./faults/faults";
import type { Realism } from "./realism";
import type { Storage } from "./storage";
import type { Stubs } from "./scripts/stubs";
import type { Broker } from "./queues/broker";
import type { State } from "./state";
import type { StoreClient } from "./stores/client";
import type { TelemetryStore } from "./telemetry";
import type { Hosts } from "./zones/hosts";
import type { Token } from "./tokens/token";

/** The parts of one edge, as the control plane uses them. */
export interface EdgeContext {
  readonly accountId: string;
  readonly tokens: readonly Token[];
  /** Of each token; none when undefined. */
  readonly rateLimit: RateLimit | undefined;
  readonly subdomain: string;
  readonly realism: Realism;
  readonly reads: Reads;
  readonly faults: Faults;
  readonly state: State;
  readonly assetSessions: AssetSessions;
  readonly stores: StoreClient;
  readonly storage: Pick<Storage, "move">;
  readonly stubs: Stubs;
  readonly broker: Broker;
  /** What the domains of the account lead to. */
  readonly hosts: Hosts;
  readonly transfers: Transfers;
  readonly routes: RoutingTable;
  readonly instances: Instances;
  readonly telemetry: TelemetryStore;
}
