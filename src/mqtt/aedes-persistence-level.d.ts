declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { Client, PublishPacket, Subscription } from 'aedes'

  /** The part of aedes' broker that a persistence may look at. */
  export interface PersistenceOwner {
    readonly clients: Readonly<Record<string, unknown>>
  }

  export type StoredSubscription = Subscription & { readonly clientId: string }

  /** What aedes calls a persistence, over a database with the interface of abstract-level. */
  export default class LevelPersistence {
    constructor(level: object)
    setup(broker: PersistenceOwner): Promise<void>
    subscriptionsByTopic(topic: string): Promise<StoredSubscription[]>
    outgoingEnqueueCombi(subscriptions: readonly StoredSubscription[], packet: PublishPacket): Promise<unknown>
    outgoingUpdate(client: Client, packet: PublishPacket): Promise<void>
    outgoingStream(client: Client): AsyncIterable<PublishPacket>
    outgoingClearMessageId(client: Client, packet: object): Promise<unknown>
  }
}
