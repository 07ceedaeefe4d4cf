import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { meetFaults } from "../faults/middleware";
import { accountRoutes } from "./account";
import { assetRoutes } from "./assets";
import { requireAccount, requireToken, type ApiEnvironment } from "./auth";
import { workerVersionRoutes } from "./beta/versions";
import { workerRoutes } from "./beta/workers";
import { CODES } from "./codes";
import { contentRoutes } from "./content";
import { deploymentRoutes } from "./deployments";
import { failure } from "./envelope";
import { ApiError } from "./error";
import { graphqlRoutes } from "./graphql";
import { databaseRoutes } from "./d1/databases";
import { moveRoutes } from "./d1/move";
import { queryRoutes } from "./d1/query";
import { kvBulkRoutes } from "./kv/bulk";
import { kvNamespaceRoutes } from "./kv/namespaces";
import { kvValueRoutes } from "./kv/values";
import { objectNamespaceRoutes } from "./namespaces";
import { containerRoutes } from "./none-here";
import { requirePermission } from "./permissions";
import { limitRate } from "./rate-limit";
import { consumerRoutes } from "./queues/consumers";
import { messageRoutes } from "./queues/messages";
import { queueRoutes } from "./queues/queues";
import { bucketRoutes } from "./r2/buckets";
import { objectRoutes } from "./r2/objects";
import { referenceRoutes } from "./references";
import { scheduleRoutes } from "./schedules";
import { scriptRoutes } from "./scripts";
import { secretRoutes } from "./secrets";
import { serviceRoutes } from "./services";
import { settingsRoutes } from "./settings";
import { subdomainRoutes } from "./subdomain";
import { telemetryRoutes } from "./telemetry";
import { versionRoutes } from "./versions";
import { workflowRoutes } from "./workflows";
import { domainRoutes } from "./zones/domains";
import { routePatternRoutes, scriptPatternRoutes } from "./zones/routes";
import { zoneRoutes } from "./zones/zones";

const ACCOUNT = "/accounts/:account";

/** What there is below an account's `/workers`. */
const WORKERS = [
  assetRoutes,
  scriptRoutes,
  versionRoutes,
  deploymentRoutes,
  contentRoutes,
  domainRoutes,
  scriptPatternRoutes,
  scheduleRoutes,
  secretRoutes,
  serviceRoutes,
  settingsRoutes,
  subdomainRoutes,
  workerRoutes,
  workerVersionRoutes,
  referenceRoutes,
  objectNamespaceRoutes,
];

/** What there is beside Workers, below an account. */
const STORES = [
  ["storage/kv", [kvNamespaceRoutes, kvValueRoutes, kvBulkRoutes]],
  ["d1", [databaseRoutes, queryRoutes, moveRoutes]],
  ["r2", [bucketRoutes, objectRoutes]],
  ["workflows", [workflowRoutes]],
  ["queues", [queueRoutes, consumerRoutes, messageRoutes]],
] as const;

/** The control plane: the part of Cloudflare's API that the edge emulates. */
export function createApi(edge: EdgeContext): Hono {
  const api = new Hono<ApiEnvironment>();
  api.use(requireToken(edge.tokens, edge.assetSessions));
  api.use(meetFaults(edge.faults));
  if (edge.rateLimit !== undefined) {
    api.use(limitRate(edge.rateLimit, { othersPerMinute: edge.realism.otherCallersPerMinute }));
  }
  api.use(requirePermission());
  api.use(`${ACCOUNT}/*`, requireAccount(edge.accountId));
  api.route("/", accountRoutes(edge));
  api.route("/", graphqlRoutes(edge));
  api.route("/", zoneRoutes(edge));
  api.route("/", routePatternRoutes(edge));
  for (const routes of WORKERS) {
    api.route(`${ACCOUNT}/workers`, routes(edge));
  }
  api.route(`${ACCOUNT}/workers/observability/telemetry`, telemetryRoutes(edge));
  api.route(`${ACCOUNT}/containers`, containerRoutes());
  for (const [path, routes] of STORES) {
    for (const of of routes) api.route(`${ACCOUNT}/${path}`, of(edge));
  }
  const root = new Hono();
  root.onError(answerError);
  root.notFound((context) => answerUnknown(context, methodsAt(root, context.req.path)));
  root.route("/client/v4", api);
  return root;
}

function answerError(error: Error, context: Context): Response {
  if (error instanceof ApiError) return failure(context, error.status, error.code, error.message);
  return failure(context, 500, CODES.internal, `The local edge failed: ${error.message}`);
}

function answerUnknown(context: Context, methods: readonly string[]): Response {
  const { method, path } = context.req;
  const what = `the local edge does not emulate ${method} ${path}`;
  return methods.length > 0
    ? failure(
        context,
        405,
        CODES.methodNotAllowed,
        `Method not allowed: ${what}, only ${methods.join(", ")}.`,
      )
    : failure(context, 404, CODES.noRoute, `No route for that URI: ${what}.`);
}

/** The methods that a path has routes for. */
function methodsAt({ routes }: Hono, path: string): string[] {
  const found = routes.filter((route) => route.method !== "ALL" && patternOf(route.path).test(path));
  return [...new Set(found.map(({ method }) => method))];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+").replace(/\*$/, ".+")}$`);
}
