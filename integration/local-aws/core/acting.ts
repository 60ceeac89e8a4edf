import type http from "node:http";
import type { EmittedEvents } from "./events";
import type { Identity } from "./identity";

/** A call of a service, whole, so that it can be looked into. */
export interface Call {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  caller: Identity;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Operations that Greenroom answers. */
export interface Operations {
  /** Whether the operation that a call asks for is one of them. */
  has(call: Call): boolean;
  /** Answers any call of the service: one of another operation by "not implemented". */
  answer(call: Call): Promise<Answer>;
}

/** What Greenroom does beside the base for a service that the base serves. */
export interface Beside {
  /** Changes what goes to the base. */
  before?(call: Call): Call;
  /** Answers in the base's place, or leaves it to the base by giving nothing. */
  instead?(call: Call): Promise<Answer | undefined>;
  /** Sees each call that the base accepted, before the caller has the answer; may give another answer. */
  after?(call: Call, answer: Answer): Promise<Answer | undefined>;
}

/** A write that the base accepted, without the bodies, which the gateway does not hold. */
export interface AcceptedWrite extends Omit<Call, "body"> {
  answerHeaders: http.IncomingHttpHeaders;
}

export type Listener = (request: http.IncomingMessage, response: http.ServerResponse) => void | Promise<void>;

/** Answers a request itself, or sends it on to the base by `passOn`, body and all, and the base's answer back. */
export type HostListener = (
  ...given: [...Parameters<Listener>, passOn: () => Promise<void>]
) => ReturnType<Listener>;

/** Requests, signed or not, that go to a handler by their Host header, or more. */
export interface Host {
  matches(host: string, request: http.IncomingMessage): boolean;
  handler: HostListener;
}

/** A service that Greenroom acts, all or in part: every one has this shape. */
export interface Acting {
  /** The service in a credential scope, e.g. `codedeploy`. */
  signingName: string;
  /** What it answers itself: everything, unless it stands `beside` the base, which answers what is not here. */
  operations?: Operations;
  /** In which calls to the base it takes part. */
  beside?: Beside;
  /** Of which writes to other services it hears once the base has accepted them, by their signing names. */
  hears?: Record<string, (write: AcceptedWrite) => void>;
  /** Which hosts it answers. */
  hosts?: readonly Host[];
  /** What it answers under `/_greenroom/NAME`: for helpers of the local AWS, not for AWS clients. */
  mounts?: Record<string, Listener>;
  /** Which events it puts. */
  emits?: readonly EmittedEvents[];
  /** Ends what it runs, and leaves nothing behind. */
  close?(): Promise<void>;
}

/** One that answers everything itself. */
export interface ActingService extends Acting {
  operations: Operations;
  close(): Promise<void>;
}
