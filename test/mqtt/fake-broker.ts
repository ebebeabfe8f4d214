import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import { createStreamPair } from '../driver/stream-pair.ts'

/** Packet types (MQTT 5 section 2.1.2). */
export const CONNECT = 1
export const PUBLISH = 3
export const PUBACK = 4
export const SUBSCRIBE = 8
export const UNSUBSCRIBE = 10
export const DISCONNECT = 14

/** One packet from the client, taken apart by hand: the test must not share the mistakes of a library. */
export interface Packet {
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** The broker's end of one connection. */
export class Line {
  readonly stream: Duplex
  /** Everything the client sent, in order. */
  readonly packets: Packet[] = []
  readonly #arrivals = new EventEmitter()
  #taken = 0
  #bytes = Buffer.alloc(0)
  isOver = false
  /** As brokers do. */
  closesOnDisconnect = true

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('data', (chunk: Buffer) => this.#read(chunk))
    stream.on('close', () => {
      this.isOver = true
      this.#arrivals.emit('change')
    })
  }

  /** The next packet that was not taken yet; fails on another type. */
  async take(type: number): Promise<Packet> {
    while (this.packets.length <= this.#taken) {
      if (this.isOver) throw new Error(`the line is over; expected a packet of type ${type}`)
      await once(this.#arrivals, 'change', { signal: AbortSignal.timeout(5000) })
    }
    const packet = this.packets[this.#taken++] as Packet
    if (packet.type !== type) throw new Error(`expected a packet of type ${type}, got ${packet.type}`)
    return packet
  }

  async over(): Promise<void> {
    while (!this.isOver) await once(this.#arrivals, 'change', { signal: AbortSignal.timeout(5000) })
  }

  send(...bytes: number[]): void {
    this.stream.write(Buffer.from(bytes))
  }

  publish(topic: string, payload: string, options?: { id?: number; retain?: boolean }): void {
    this.send(...publishPacket(topic, payload, options))
  }

  /** Does what a broker does first: CONNACK, and a SUBACK that grants what is asked for. Version 3.1.1. */
  async accept({ sessionPresent = false } = {}): Promise<Packet> {
    const connect = await this.take(CONNECT)
    this.send(0x20, 2, sessionPresent ? 1 : 0, 0)
    await this.grant()
    return connect
  }

  /** Answers SUBSCRIBE with what is asked for, or with the given codes. Version 3.1.1. */
  async grant(codes?: readonly number[]): Promise<void> {
    const { body } = await this.take(SUBSCRIBE)
    const wanted = subscriptionsOf(body).map(({ qos }) => qos)
    const answer = [body[0] as number, body[1] as number, ...(codes ?? wanted)]
    this.send(0x90, answer.length, ...answer)
  }

  /** Takes a QoS 1 PUBLISH and acknowledges it. */
  async acknowledge(): Promise<string> {
    const packet = await this.take(PUBLISH)
    const { id, text } = messageOf(packet)
    this.send(0x40, 2, id >> 8, id & 0xff)
    return text
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    for (;;) {
      let length = 0
      let at = 1
      for (; ; at++) {
        const byte = this.#bytes[at]
        if (byte === undefined) return
        length += (byte & 0x7f) * 128 ** (at - 1)
        if (byte < 0x80) break
      }
      const end = at + 1 + length
      if (this.#bytes.length < end) return
      const first = this.#bytes[0] as number
      this.packets.push({ type: first >> 4, flags: first & 0x0f, body: this.#bytes.subarray(at + 1, end) })
      this.#bytes = this.#bytes.subarray(end)
      this.#arrivals.emit('change')
      if (first >> 4 === DISCONNECT && this.closesOnDisconnect) this.stream.destroy()
    }
  }
}

/** A QoS 1 message, or QoS 0 without an id; MQTT 3.1.1. */
export function publishPacket(topic: string, payload: string, { id = 0, retain = false } = {}): number[] {
  const name = Buffer.from(topic)
  const head = [0, name.length, ...name, ...(id === 0 ? [] : [0, id])]
  const body = [...head, ...Buffer.from(payload)]
  return [0x30 | (id === 0 ? 0 : 2) | (retain ? 1 : 0), body.length, ...body]
}

/** `topic payload`, packet identifier and DUP of a QoS 1 PUBLISH; MQTT 3.1.1. */
export function messageOf({ body, flags }: Packet): { text: string; id: number; dup: boolean } {
  const end = 2 + body.readUInt16BE(0)
  const text = `${body.subarray(2, end)} ${body.subarray(end + 2)}`
  return { text, id: body.readUInt16BE(end), dup: (flags & 8) !== 0 }
}

/** What a SUBSCRIBE asks for; MQTT 3.1.1. */
export function subscriptionsOf(body: Buffer): readonly { topic: string; qos: number }[] {
  const wanted: { topic: string; qos: number }[] = []
  for (let at = 2; at < body.length; ) {
    const end = at + 2 + body.readUInt16BE(at)
    wanted.push({ topic: body.toString('utf8', at + 2, end), qos: body[end] as number })
    at = end + 1
  }
  return wanted
}

/** Lets a client connect as often as it likes, and hands out the other end of each connection. */
export class FakeBroker {
  readonly lines: Line[] = []
  readonly #dialled = new EventEmitter()
  #handedOut = 0

  readonly connect = (): Duplex => {
    const [near, far] = createStreamPair()
    this.lines.push(new Line(far))
    this.#dialled.emit('line')
    return near
  }

  /** The next connection. */
  async line(): Promise<Line> {
    while (this.lines.length <= this.#handedOut) {
      await once(this.#dialled, 'line', { signal: AbortSignal.timeout(5000) })
    }
    return this.lines[this.#handedOut++] as Line
  }
}
