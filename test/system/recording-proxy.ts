import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** Packet types in the first octet (MQTT 5 section 2.1.2). */
const CONNECT = 1
const PUBLISH = 3
const PUBACK = 4

/** A PUBLISH with QoS 1 of the bridge, or the broker's PUBACK for one, as it passed. */
export interface Passing {
  readonly kind: 'publish' | 'puback'
  /** Number of the network connection, from 0. */
  readonly connection: number
  readonly topic: string
  readonly payload: string
}

/** Cuts a stream into MQTT packets (MQTT 5 section 2.1). */
class PacketCutter {
  #rest = Buffer.alloc(0)

  feed(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const packets: Buffer[] = []
    for (let length = this.#length(); length <= this.#rest.length; length = this.#length()) {
      packets.push(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
    }
    return packets
  }

  #length(): number {
    const body = readVariable(this.#rest, 1)
    return body === undefined ? Number.POSITIVE_INFINITY : body.end + body.value
  }
}

/** Stands between bridge and broker: notes what passes, and can keep packets from passing. */
export class RecordingProxy {
  readonly passed: Passing[] = []
  /** Asked before a packet passes; false: it is lost, and everything behind it in its direction. */
  mayPass: (passing: Passing) => boolean = () => true
  port = 0
  #connections = 0

  static async start(t: TestContext, target: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy()
    const open = new Set<Socket>()
    // A broker that dies must not take with it what it has already said: each half ends by itself.
    const server = createServer({ allowHalfOpen: true }, (bridge) => {
      const broker = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
      for (const socket of [bridge, broker]) socket.once('close', () => open.delete(socket))
      open.add(bridge).add(broker)
      proxy.#join(bridge, broker)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address !== null) proxy.port = address.port
    t.after(() => {
      server.close()
      for (const socket of open) socket.destroy()
    })
    return proxy
  }

  #join(bridge: Socket, broker: Socket): void {
    const connection = this.#connections++
    const unanswered = new Map<number, { topic: string; payload: string }>()
    let isVersion5 = false
    this.#pass(bridge, broker, (packet) => {
      const type = (packet[0] ?? 0) >> 4
      if (type === CONNECT) isVersion5 = packet[(readVariable(packet, 1)?.end ?? 0) + 6] === 5
      const publish = type === PUBLISH ? readPublish(packet, isVersion5) : undefined
      if (publish === undefined) return undefined
      unanswered.set(publish.identifier, publish)
      return { kind: 'publish', connection, topic: publish.topic, payload: publish.payload }
    })
    this.#pass(broker, bridge, (packet) => {
      if ((packet[0] ?? 0) >> 4 !== PUBACK) return undefined
      const identifier = packet.readUInt16BE(2)
      const publish = unanswered.get(identifier)
      unanswered.delete(identifier)
      return publish && { kind: 'puback', connection, topic: publish.topic, payload: publish.payload }
    })
  }

  #pass(from: Socket, to: Socket, read: (packet: Buffer) => Passing | undefined): void {
    const cutter = new PacketCutter()
    let isOpen = true
    from.on('data', (chunk: Buffer) => {
      for (const packet of cutter.feed(chunk)) {
        const passing = read(packet)
        if (passing !== undefined) isOpen &&= this.mayPass(passing)
        if (!isOpen || !to.writable) continue
        if (passing !== undefined) this.passed.push(passing)
        to.write(packet)
      }
    })
    from.on('end', () => to.end())
    from.on('error', () => to.end())
  }
}

/** A Variable Byte Integer (MQTT 5 section 1.5.5). */
function readVariable(octets: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0
  for (let end = at; end < octets.length; ) {
    const octet = octets[end] ?? 0
    value += (octet & 0x7f) * 128 ** (end++ - at)
    if (octet < 0x80) return { value, end }
  }
  return undefined
}

/** MQTT 5 section 3.3; nothing for QoS 0, which nobody answers. */
function readPublish(packet: Buffer, isVersion5: boolean) {
  if (((packet[0] ?? 0) & 0x06) === 0) return undefined
  const start = (readVariable(packet, 1)?.end ?? 0) + 2
  const topicEnd = start + packet.readUInt16BE(start - 2)
  const properties = isVersion5 ? readVariable(packet, topicEnd + 2) : undefined
  const payloadStart = properties === undefined ? topicEnd + 2 : properties.end + properties.value
  return {
    topic: packet.toString('utf8', start, topicEnd),
    identifier: packet.readUInt16BE(topicEnd),
    payload: packet.toString('utf8', payloadStart),
  }
}
