import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { InboxOptions } from '../../src/bridge/inbox.ts'
import { Inbox } from '../../src/bridge/inbox.ts'
import { Outbox } from '../../src/bridge/outbox.ts'
import type { InboundSms, OutboundSms, OutboundStatus } from '../../src/modem/messages.ts'
import type { Modem, SmsStore } from '../../src/modem/modem.ts'
import { FRIEND, OWN_NUMBER, setUp } from '../driver/router-bench.ts'
import { Clock, openJournal } from '../journal/open-journal.ts'

type BenchOptions = Parameters<typeof setUp>[1]

/** Messages between a simulated router and the journal, both ways. */
export async function routerRoad(t: TestContext, router: BenchOptions, options: Partial<InboxOptions> = {}) {
  const bench = await setUp(t, router)
  const { journal } = openJournal(t, Object.assign(new Clock(), { now: bench.clock.now }))
  const events: string[] = []
  let ids = 0
  const make = (): Inbox =>
    new Inbox({
      modem: 'router',
      driver: bench.driver(),
      journal,
      afterReceive: 'delete',
      backlog: 'import',
      multipartTimeoutMs: 60_000,
      now: bench.clock.now,
      newId: () => `id${++ids}`,
      onPublication: () => {},
      onEvent: ({ type }) => events.push(type),
      ...options,
    })
  const outbox = new Outbox({
    modem: 'router',
    journal,
    onUnknown: 'report',
    retry: { attempts: 1, backoffMs: 1_000 },
    now: bench.clock.now,
    onPublication: () => {},
  })
  let inbox = make()
  let modem: Modem = await bench.open()
  const store = (): SmsStore => modem.can.sms ?? assert.fail('no store')
  const received: InboundSms[] = []
  const statuses: OutboundStatus[] = []
  const publish = (): void => {
    for (
      let next = journal.publications.next('router');
      next !== undefined;
      next = journal.publications.next('router')
    ) {
      if (next.kind === 'received') received.push(next.body)
      if (next.kind === 'status') statuses.push(next.body)
      journal.publications.published(next.seq)
    }
  }
  /** Some time later, as looks are. */
  const look = async (): Promise<void> => {
    bench.clock.advance(4_000)
    await inbox.look(modem, store())
    publish()
  }
  await look()

  const accept = (id: string, sms: Partial<OutboundSms> = {}): void => {
    const request = {
      to: FRIEND,
      text: 'Alarm',
      flash: false,
      deliveryReport: true,
      validityMinutes: null,
      encoding: 'auto',
      ...sms,
    } as const
    const submissions = bench.driver().prepare(request, 1)
    const common = { highPriority: false, transaction: null, command: id, expiresAt: null }
    journal.outbound.accepted('router', [{ id, request, submissions, ...common }])
  }
  /** Accepts and hands over. */
  const send = async (id: string, sms: Partial<OutboundSms> = {}): Promise<void> => {
    accept(id, sms)
    while (await outbox.advance(store()));
    publish()
  }
  return {
    ...bench,
    journal,
    events,
    received,
    statuses,
    look,
    send,
    accept,
    outbox,
    store,
    /** The process ends and begins again. */
    restart: async (): Promise<void> => {
      await modem.close()
      inbox = make()
      modem = await bench.open()
      await look()
    },
    arrives: (text: string, more: object = {}) =>
      void bench.network.inject({ from: FRIEND, to: OWN_NUMBER, text, ...more }),
    texts: () => received.map(({ text }) => text),
    statusOf: (id: string) => journal.outbound.byId('router', id)?.status,
    rows: () => [...bench.router.store.rows('nv'), ...bench.router.store.rows('sim')],
    writes: (goformId: string) => bench.written().filter((each) => each === goformId).length,
  }
}
