import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Pages load nothing but their own files, run no inline script, and are in nobody's frame, history or cache. */
export function headers(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Without a referrer a form's `Origin` would be null.
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    // Loopback has no certificate.
    strictTransportSecurity: false,
  });
}

/** A report is a page that carries its own style. It may do nothing else. */
export function reportHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    context.header(
      "content-security-policy",
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    );
  };
}
