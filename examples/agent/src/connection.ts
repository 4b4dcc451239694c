import type { TimedCall } from "./call-order";
import { kindOfStart } from "./http-head";
import { type Message, MessageStream } from "./message-stream";
import type { SocketEnds } from "./socket-ends";

/** `server`: the observed process received the requests; `client`: it sent them. */
export type Role = "server" | "client";

/** A request and the response to it, which may be cut short if the connection ended. */
export interface Exchange {
  role: Role;
  ends: SocketEnds;
  request: Message;
  response: Message;
}

export interface ExchangeSink {
  exchange(exchange: Exchange): void;
  /** Messages without their counterpart: from before the agent looked, or never answered. */
  unpaired(count: number): void;
}

/** Requests under way on one connection; more means that the two sides no longer match. */
const pipelineLimit = 1024;

/**
 * Pairs the requests of one connection with their responses, first come first served as HTTP/1 demands. Who speaks first
 * decides the direction: the side whose bytes begin with a request is the client. On a connection older than the
 * agent, a response that is seen first says the same; it belongs to a request that nobody saw, and is left out.
 */
export class Connection {
  #role: Role | undefined;
  #requests: MessageStream | undefined;
  #responses: MessageStream | undefined;
  #open: { request: Message; response?: Message }[] = [];

  constructor(
    readonly ends: SocketEnds,
    private readonly sink: ExchangeSink,
  ) {}

  /** Takes a read or write; anything before the first recognisable message is passed over. */
  push(call: TimedCall): void {
    this.#role ??= roleOf(call);
    if (this.#role === undefined) return;
    const carriesRequests = (call.action === "read") === (this.#role === "server");
    this.#requests ??= this.#requestStream();
    this.#responses ??= this.#responseStream();
    (carriesRequests ? this.#requests : this.#responses).push(call);
  }

  /** The other side sends no more. */
  endOfInput(): void {
    (this.#role === "server" ? this.#requests : this.#responses)?.endOpen();
  }

  /** Ends messages whose end only a pause can tell. */
  endOpen(): void {
    this.#requests?.endOpen();
    this.#responses?.endOpen();
  }

  /** Gives what is left: a response that was cut short is still an exchange. */
  close(): void {
    this.endOpen();
    for (const { request, response } of this.#open) {
      if (response === undefined) this.sink.unpaired(1);
      else this.#emit(request, response);
    }
    this.#open = [];
  }

  get isOpenEnded(): boolean {
    return this.#requests?.isOpenEnded === true || this.#responses?.isOpenEnded === true;
  }

  #requestStream(): MessageStream {
    return new MessageStream("request", {
      began: (request) => {
        this.#responses?.endOpen();
        if (this.#open.length >= pipelineLimit) {
          this.sink.unpaired(this.#open.length);
          this.#open = [];
        }
        this.#open.push({ request });
      },
      completed: () => this.#emitComplete(),
      methodAnswered: () => undefined,
    });
  }

  #responseStream(): MessageStream {
    return new MessageStream("response", {
      began: (response) => {
        if (isInterim(response)) return;
        this.#requests?.endOpen();
        const waiting = this.#open.find((exchange) => exchange.response === undefined);
        if (waiting === undefined) this.sink.unpaired(1);
        else waiting.response = response;
      },
      completed: () => this.#emitComplete(),
      methodAnswered: () => {
        const head = this.#open.find((exchange) => exchange.response === undefined)?.request.head;
        return head?.kind === "request" ? head.method : undefined;
      },
    });
  }

  #emitComplete(): void {
    for (;;) {
      const first = this.#open[0];
      if (first?.response === undefined || !first.request.complete || !first.response.complete) return;
      this.#open.shift();
      this.#emit(first.request, first.response);
    }
  }

  #emit(request: Message, response: Message): void {
    if (this.#role !== undefined) this.sink.exchange({ role: this.#role, ends: this.ends, request, response });
  }
}

function roleOf(call: TimedCall): Role | undefined {
  const kind = kindOfStart(call.pieces[0]?.known ?? Buffer.alloc(0));
  if (kind === undefined) return undefined;
  return (kind === "request") === (call.action === "read") ? "server" : "client";
}

/** A 1xx comes before the response proper; 101 ends HTTP on the connection and is its last. */
function isInterim(response: Message): boolean {
  return response.head.kind === "response" && response.head.status < 200 && response.head.status !== 101;
}
