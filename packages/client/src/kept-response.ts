import { rebuilt } from "./rebuilt-response.js";
import { type OperationReport, REPORT } from "./report.js";
import { isScripted } from "./scripted.js";

/** The body of a response that was read to its end, for whoever reads it next. */
interface Kept {
  bytes: Uint8Array<ArrayBuffer>;
  isUsed: boolean;
  /** A response over the same bytes, made when they are wanted as anything but text. */
  platform: Response | undefined;
  report: OperationReport | undefined;
}

/** Where a response has it: a `WeakMap` would cost the garbage collector more. */
const KEPT = Symbol("kept");

type KeptResponse = Response & { readonly [KEPT]?: Kept };

const decoder = new TextDecoder();
const noBytes = new Uint8Array();

/**
 * The same response, its body unread again.
 *
 * Where the class is written in JavaScript, as in Node, nearly all that a response costs is its stream, which hardly
 * anybody looks at: there the response stays the one that came, and what reads a body is laid over it. Elsewhere the
 * runtime itself takes responses (`respondWith`, the handlers of servers) and sees what is beneath: there it is a new one.
 */
export function withBody(response: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const overlay = overlayOver(response);
  if (overlay === undefined) return rebuilt(response, bytes);
  const kept: Kept = { bytes, isUsed: false, platform: undefined, report: undefined };
  // In this order: what is added to an object after its prototype was changed costs more than all the rest, in V8.
  return Object.setPrototypeOf(Object.defineProperty(response, KEPT, { value: kept }), overlay);
}

/** For each class of responses, what is laid over its objects. */
const overlays = new WeakMap<object, object>();

function overlayOver(response: Response): object | undefined {
  const { constructor: kind } = response;
  if (!isUntouched(response, kind)) return undefined;
  const known = overlays.get(kind);
  if (known !== undefined) return known;
  if (!isScripted(kind)) return undefined;
  const overlay: object = Object.create(kind.prototype, { ...delegated(), ...own });
  overlays.set(kind, overlay);
  return overlay;
}

/** What somebody has laid over a response already (a kept one by another client) would win, and find the body read. */
function isUntouched(response: Response, kind: Response["constructor"]): boolean {
  return (
    Object.getPrototypeOf(response) === kind.prototype &&
    Object.isExtensible(response) &&
    Object.getOwnPropertyNames(response).length === 0
  );
}

/** The platform's ways to read a body, in this version and in later ones: they work on a response over the same bytes. */
function delegated(): PropertyDescriptorMap {
  const { constructor: _, ...all } = Object.getOwnPropertyDescriptors(Response.prototype);
  const methods = Object.entries<PropertyDescriptor>(all).filter(([, { value }]) => typeof value === "function");
  return Object.fromEntries(methods.map(([name, descriptor]) => [name, { ...descriptor, value: delegate(name) }]));
}

function delegate(name: string) {
  return function (this: Response, ...given: unknown[]): unknown {
    const platform = platformOf(this, lookUp(this));
    return Reflect.apply(Reflect.get(platform, name), platform, given);
  };
}

/** What nearly everybody looks at. */
const own: PropertyDescriptorMap & ThisType<Response> = {
  body: getter((kept, response) => platformOf(response, kept).body),
  bodyUsed: getter(({ platform, isUsed }) => platform?.bodyUsed ?? isUsed),
  text: reader((text) => text),
  json: reader((text) => JSON.parse(text)),
  [REPORT]: {
    ...getter(({ report }) => report),
    set(report: OperationReport) {
      lookUp(this).report = report;
    },
  },
};

function getter(get: (kept: Kept, response: Response) => unknown): PropertyDescriptor & ThisType<Response> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      return get(lookUp(this), this);
    },
  };
}

function reader(understood: (text: string) => unknown): PropertyDescriptor & ThisType<Response> {
  return {
    configurable: true,
    enumerable: true,
    writable: true,
    async value() {
      return understood(await textOf(lookUp(this)));
    },
  };
}

function lookUp({ [KEPT]: kept }: KeptResponse): Kept {
  if (kept === undefined) throw new TypeError("Illegal invocation: this is no response");
  return kept;
}

function textOf(kept: Kept): string | Promise<string> {
  const { platform, isUsed, bytes } = kept;
  if (platform !== undefined) return platform.text();
  if (isUsed) throw new TypeError("Body is unusable: Body has already been read");
  kept.isUsed = true;
  kept.bytes = noBytes;
  return decoder.decode(bytes);
}

function platformOf(response: Response, kept: Kept): Response {
  if (kept.platform === undefined) {
    kept.platform = rebuilt(response, kept.bytes);
    kept.bytes = noBytes;
    // Never rejects: all that there is of it is here.
    if (kept.isUsed) void kept.platform.arrayBuffer();
  }
  return kept.platform;
}
