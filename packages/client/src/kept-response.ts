import { rebuilt } from "./rebuilt-response.js";

/** A response that was read to its end, and its body for whoever reads it next. */
interface Kept {
  readonly original: Response;
  bytes: Uint8Array<ArrayBuffer>;
  isUsed: boolean;
  /** A response over the same bytes, made when they are wanted as anything but text. */
  platform: Response | undefined;
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
 * anybody looks at: there it gets none, and what reads a body is laid over it. Elsewhere the runtime itself takes responses
 * (`respondWith`, the handlers of servers) and sees what is beneath: there it is an ordinary one.
 */
export function withBody(original: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const { constructor: kind, status, statusText, headers } = original;
  const overlay = overlayOver(kind);
  if (overlay === undefined) return rebuilt(original, bytes);
  const response: Response = Reflect.construct(kind, [null, { status, statusText, headers }]);
  const kept: Kept = { original, bytes, isUsed: false, platform: undefined };
  return Object.setPrototypeOf(Object.defineProperty(response, KEPT, { value: kept }), overlay);
}

/** For each class of responses, what is laid over its objects. */
const overlays = new WeakMap<object, object>();

function overlayOver(kind: Response["constructor"]): object | undefined {
  const known = overlays.get(kind);
  if (known !== undefined) return known;
  const isNative = Function.prototype.toString.call(kind).includes("[native code]");
  if (isNative || "Deno" in globalThis) return undefined;
  const overlay: object = Object.create(kind.prototype, { ...delegated(), ...own });
  overlays.set(kind, overlay);
  return overlay;
}

/** The platform's ways to read a body, in this version and in later ones: they work on a response over the same bytes. */
function delegated(): PropertyDescriptorMap {
  const { constructor: _, ...all } = Object.getOwnPropertyDescriptors(Response.prototype);
  const methods = Object.entries<PropertyDescriptor>(all).filter(([, { value }]) => typeof value === "function");
  return Object.fromEntries(methods.map(([name, descriptor]) => [name, { ...descriptor, value: delegate(name) }]));
}

function delegate(name: string) {
  return function (this: Response, ...given: unknown[]): unknown {
    const platform = platformOf(lookUp(this));
    return Reflect.apply(Reflect.get(platform, name), platform, given);
  };
}

/** What `Response` has no way to be made with, and the ways of reading that nearly everybody takes. */
const own: PropertyDescriptorMap & ThisType<Response> = {
  url: getter(({ original }) => original.url),
  redirected: getter(({ original }) => original.redirected),
  type: getter(({ original }) => original.type),
  body: getter((kept) => platformOf(kept).body),
  bodyUsed: getter(({ platform, isUsed }) => platform?.bodyUsed ?? isUsed),
  text: reader((text) => text),
  json: reader((text) => JSON.parse(text)),
};

function getter(get: (kept: Kept) => unknown): PropertyDescriptor & ThisType<Response> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      return get(lookUp(this));
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

function platformOf(kept: Kept): Response {
  if (kept.platform === undefined) {
    kept.platform = rebuilt(kept.original, kept.bytes);
    kept.bytes = noBytes;
    // Never rejects: all that there is of it is here.
    if (kept.isUsed) void kept.platform.arrayBuffer();
  }
  return kept.platform;
}
