/** Cloudflare's error codes, by what they mean here. */
export const CODES = {
  /** As clients report it; Cloudflare documents only the status. */
  rateLimited: 971,
  /** `GET /user/tokens/verify` with a token that is none. */
  invalidToken: 1000,
  missingAuthorization: 1001,
  /** What Cloudflare says of a membership that is not there is not known; this is what it says of other things. */
  noMembership: 1003,
  invalidHeaders: 6003,
  invalidAuthorizationFormat: 6111,
  /** No zone of this id or name. */
  noZone: 1049,
  zoneTaken: 1061,
  noRoute: 7000,
  /** D1 cannot read the request, or an id in it. */
  d1Malformed: 7400,
  noDatabase: 7404,
  /** D1 could not run a statement. */
  sqlFailed: 7500,
  databaseTaken: 7502,
  invalidAccessToken: 9109,
  authentication: 10000,
  internal: 10002,
  bucketTaken: 10004,
  invalidBucketName: 10005,
  noBucket: 10006,
  /** No such script, version or deployment. */
  notFound: 10007,
  bucketNotEmpty: 10008,
  noKey: 10009,
  noNamespace: 10013,
  namespaceTaken: 10014,
  invalidScriptName: 10016,
  /** Another route has the pattern. */
  routeTaken: 10020,
  /** The script, or what is said about it, fails validation. */
  invalidScript: 10021,
  invalidRoute: 10022,
  unparsableBody: 10026,
  tooLarge: 10027,
  /** The account has a subdomain already. */
  subdomainTaken: 10036,
  /** The KV namespace that a binding is for is not there. */
  bindingNamespace: 10041,
  /** What a binding has for the id of a KV namespace is none. */
  bindingNamespaceId: 10042,
  bindingWithoutName: 10052,
  /** A binding that is no secret has the secret's name. */
  bindingInUse: 10053,
  /** The script has no binding of this name. */
  bindingNotFound: 10056,
  /** A binding that is to be inherited is not there. */
  invalidInherit: 10057,
  /** No migration has made the Durable Object class that a binding is for. */
  classNotConfigured: 10061,
  /** Another Worker needs the script, or something of it. */
  inUse: 10064,
  /** A migration makes a Durable Object class that is there already. */
  classInUse: 10074,
  migrationTag: 10079,
  /** The R2 bucket that a binding is for is not there. */
  bindingBucket: 10085,
  serviceNotFound: 10090,
  environmentNotFound: 10092,
  invalidCron: 10100,
  /** The Worker that a service binding is for is not there. */
  serviceBindingTarget: 10143,
  /** The D1 database that a binding is for is not there. */
  bindingDatabase: 10181,
  noWorkflow: 10200,
  /** A version that is not deployed at once cannot change Durable Object classes. */
  migrationInVersion: 10211,
  /** The latest version is not the one that is deployed, so settings of it cannot be edited. */
  settingsNotDeployed: 10214,
  /** The same, for secrets. */
  secretsNotDeployed: 10215,
  /** The secrets are not what they were when the version was uploaded. */
  secretsChanged: 10220,
  /** The script has no version at all. */
  noVersions: 10222,
  /** The manifest of static assets has a path that cannot be one. */
  invalidManifest: 10304,
  methodNotAllowed: 10405,
  noQueue: 11000,
  noConsumer: 11003,
  consumerExists: 11004,
  queueTaken: 11009,
  /** A queue whose messages nobody may pull. */
  noPull: 11010,
  noDomain: 100114,
  /** The host is a custom domain of another Worker. */
  domainTaken: 100116,
  /** A version that was uploaded a moment ago. */
  versionNotReady: 100146,
} as const;
