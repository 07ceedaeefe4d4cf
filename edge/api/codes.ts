/** Cloudflare's error codes, by what they mean here. */
export const CODES = {
  /** `GET /user/tokens/verify` with a token that is none. */
  invalidToken: 1000,
  missingAuthorization: 1001,
  invalidHeaders: 6003,
  invalidAuthorizationFormat: 6111,
  noRoute: 7000,
  invalidAccessToken: 9109,
  authentication: 10000,
  internal: 10002,
  scriptNotFound: 10007,
  invalidScriptName: 10016,
  /** The script, or what is said about it, fails validation. */
  invalidScript: 10021,
  unparsableBody: 10026,
  tooLarge: 10027,
  serviceNotFound: 10090,
  /** The script has no version at all. */
  noVersions: 10222,
  methodNotAllowed: 10405,
  /** No such version, or not readable yet. */
  versionNotFound: 100146,
} as const;
