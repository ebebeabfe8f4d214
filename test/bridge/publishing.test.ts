import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bell } from '../../src/bridge/bell.ts'
import { publishInOrder } from '../../src/bridge/publishing.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import { openJournal } from '../journal/open-journal.ts'
import { inboundSms } from '../modem/inbound-sms.ts'
import { segment } from './fake-modem.ts'

test('what the broker confirms while the bridge ends is not published by the next start, and nothing more begins', async (t) => {
  const { journal } = openJournal(t)
  for (const id of ['one', 'two']) {
    journal.received.segmentsStored('stick', [{ segment: segment(id), backlog: false, publish: true, settled: false }])
    const segments = journal.received.openSegments('stick').map(({ seq }) => seq)
    journal.received.received('stick', inboundSms(id), { segments, publish: true, replaceType: null })
  }
  const begun: string[] = []
  let confirm: () => void = () => {}
  const outlet = {
    smsReceived: (_: string, { id }: InboundSms) => {
      begun.push(id)
      return new Promise<void>((resolve) => {
        confirm = resolve
      })
    },
    smsStatus: async () => {},
  }
  const ending = new AbortController()
  let attempt: Promise<unknown> = Promise.resolve()
  const publishing = publishInOrder(
    { id: 'stick', journal, outlet, onPublished: () => {} },
    new Bell(),
    (work) => {
      const done = work().then(() => true)
      attempt = done
      return done
    },
    ending.signal,
  )
  assert.deepEqual(begun, ['one'])
  ending.abort()
  await publishing
  confirm()
  await attempt
  assert.deepEqual(begun, ['one'])
  assert.equal(journal.publications.next('stick')?.body.id, 'two')
})
