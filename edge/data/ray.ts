import { randomInt } from "node:crypto";
import { hexId } from "../telemetry/ids";
import type { Colo } from "./locations";

const COUNT = 2 ** 24;
const WRAP_MS = 2 ** 40;

let last = randomInt(COUNT);

/** A request that has come in. */
export interface Arrival {
  /** Names it and no other. */
  readonly ray: string;
  /** The location where it came in. */
  readonly colo: Colo;
}

/**
 * One Worker's part in a request: the visitor's own request is the first, and each that goes through a service binding
 * is another.
 */
export interface Hop extends Arrival {
  /** The visitor's request that it belongs to, as far as that can be told. Other kinds of events have none. */
  readonly rayId?: string | undefined;
}

/** 16 hex digits. None comes twice, and they are in the order of time, which keeps an index of them cheap. */
export function newRay(): string {
  last = (last + 1) % COUNT;
  return hex(Date.now() % WRAP_MS, 10) + hex(last, 6);
}

/** A visitor's request. */
export function visitorsHop(colo: Colo): Hop {
  const ray = newRay();
  return { ray, rayId: ray, colo };
}

/** A request of another Worker. Where that one has passed a request on, `cf-ray` says which visitor's it was. */
export function innerHop(cfRay: string | undefined, colo: Colo): Hop {
  const [rayId = ""] = cfRay?.split("-", 1) ?? [];
  return { ray: newRay(), rayId: /^[0-9a-f]{16}$/.test(rayId) && rayId !== NO_RAY ? rayId : undefined, colo };
}

/** What `cf-ray` says to a client: the id of a request, and where it came in. */
export function rayHeader({ ray, colo }: Arrival): string {
  return `${ray}-${colo}`;
}

/** Stands for the ray of a request that comes from no visitor's. */
const NO_RAY = "0".repeat(16);

/**
 * What `cf-ray` says to a version: the visitor's ray, also when it is called by another Worker, so that it can be
 * passed on. workerd tells of an invocation by this header, so that of an inner hop names the hop too.
 */
export function hopHeader({ ray, rayId = NO_RAY, colo }: Hop): string {
  const visitors = rayHeader({ ray: rayId, colo });
  return ray === rayId ? visitors : `${visitors}-${ray}`;
}

/** The way back from `hopHeader`: the hop's own ray. */
export function hopOf(header: string | undefined): string | undefined {
  const [ray, , hop] = header?.split("-") ?? [];
  return hop ?? ray;
}

/**
 * The `requestId` of a hop's telemetry: 32 hex digits in which its ray is not to be seen. Those of one moment begin
 * alike, as rays do.
 */
export function requestIdOf(ray: string): string {
  const masked = (from: number): string => hex((parseInt(ray.slice(from, from + 8), 16) ^ MASK) >>> 0, 8);
  return masked(0) + masked(8) + hexId(ray, 16);
}

const MASK = 0x9d3c61f2;

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
