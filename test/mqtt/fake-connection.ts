import { EventEmitter } from 'node:events'
import type { MqttConnectionEvents, PublishOptions } from '../../src/mqtt/connection-options.ts'
import type { IncomingMessage } from '../../src/mqtt/network-connection.ts'

export interface Published {
  readonly topic: string
  readonly payload: string
  readonly options: PublishOptions
  readonly acknowledge: () => Promise<void>
}

/** A connection that writes down what it is given; PUBACKs come when the test says so. */
export class FakeConnection extends EventEmitter<MqttConnectionEvents> {
  isConnected = false
  readonly published: Published[] = []

  publish(topic: string, payload: string, options: PublishOptions): Promise<void> {
    return new Promise((resolve) => {
      const acknowledge = async (): Promise<void> => {
        resolve()
        await new Promise(setImmediate)
      }
      this.published.push({ topic, payload, options, acknowledge })
    })
  }

  connect(sessionPresent = false): void {
    this.isConnected = true
    this.emit('connected', { sessionPresent, protocol: 5, first: true })
  }

  disconnect(): void {
    this.isConnected = false
    this.emit('disconnected')
  }

  /** What was published since the last call. */
  take(): Published[] {
    return this.published.splice(0)
  }
}

export function incoming(
  topic: string,
  payload: string | Buffer,
  more: Partial<IncomingMessage> = {},
): IncomingMessage {
  return {
    topic,
    payload: Buffer.from(payload as string),
    qos: 1,
    retain: false,
    dup: false,
    sessionPresent: false,
    responseTopic: undefined,
    correlationData: undefined,
    expirySeconds: undefined,
    ...more,
  }
}
