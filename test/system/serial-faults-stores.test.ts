import assert from 'node:assert/strict'
import type { Rig } from './serial-rig.ts'
import { onTheRoad } from './serial-rig.ts'
import { NUMBER, OPTIONAL_COMMANDS } from './stick-on-pty.ts'

onTheRoad('the bridge copes with what a stick has, lacks and forgets', {
  'a full SIM: room is made without losing what lay there, and what waits in the network arrives': async (setUp) => {
    const rig = await setUp({
      profile: { stores: { SM: { capacity: 20, firstIndex: 1 } } },
      prepare: ({ stick }) => stick.fillStore(),
    })
    rig.inject('waiting!')
    assert.equal(rig.network.waiting(NUMBER).length, 1)
    await rig.exchange('more')
    const event = await rig.event('storage_full')
    assert.deepEqual([event['storage'], event['capacity']], ['SM', 20])
    await rig.ready()
    await rig.exchange('after')
    await rig.settled()
    // A message is published before it is removed, and only then is there room for the next.
    await rig.until('nothing waits in the network', () => rig.network.waiting(NUMBER).length === 0)
    assert.ok(rig.stick.mailbox.store('SM').used >= 15 - 6, 'no more is removed than makes room')
  },

  'a store that fills up later': async (setUp) => {
    const rig = await setUp({ profile: { stores: { SM: { capacity: 20, firstIndex: 1 } } } })
    await rig.ready()
    await rig.exchange('before')
    await rig.settled()
    rig.fillStore()
    await rig.exchange('full')
    await rig.settled()
  },

  'a notification that gets lost: the message is found by looking': async (setUp) => {
    const rig = await setUp({ bridge: ['--poll.sms=2s'] })
    await rig.ready()
    rig.stick.loseNotification(100)
    await rig.exchange('unannounced')
    await rig.settled()
  },

  'a notification that comes twice: the message is published once': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    rig.stick.duplicateNotification(100)
    await rig.exchange('twice')
    await rig.settled()
    await rig.refreshed()
    assert.equal(rig.published.length, 2)
  },

  'a SIM that is busy for a while at the start': async (setUp) => {
    const rig = await setUp({ bridge: ['--sms.backlog=publish'], prepare: ({ stick }) => stick.simBusy(4) })
    await rig.exchange('busy')
    await rig.ready()
    await rig.settled()
  },

  'a SIM that is taken out and put in again while the stick is on': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('with')
    await rig.settled()
    rig.stick.simAbsent()
    await rig.until('it says that there is no SIM', () => rig.states.at(-1)?.['sim'] === 'absent')
    // What is to be sent meanwhile fails at once: the modem gives a reason that trying again does not cure.
    rig.inject('without in!')
    rig.stick.insertSim()
    await rig.until('it sees the SIM', () => rig.states.at(-1)?.['sim'] === 'ready')
    await rig.exchange('with it again')
    await rig.settled()
  },

  'a stick that returns without its SIM, and once more with it': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('with')
    await rig.settled()
    rig.stick.dropOffBus()
    rig.stick.simAbsent()
    await rig.stick.replug()
    await rig.until('it says that there is no SIM', () => rig.states.at(-1)?.['sim'] === 'absent')
    await rig.exchange('without')
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      rig.stick.insertSim()
      await rig.stick.replug()
    })
    await rig.settled()
  },

  'an ERROR for every optional command': async (setUp) => {
    const rig = await setUp({
      bridge: ['--poll.sms=2s'],
      prepare: ({ stick }) => {
        for (const command of OPTIONAL_COMMANDS) stick.refuse(command)
      },
    })
    await rig.ready()
    await rig.exchange('refused')
    await rig.settled()
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      await rig.stick.replug()
    })
    await rig.exchange('again')
    await rig.settled()
  },

  'a silent diagnostic port as the configured one: it says so, and is never ready': async (setUp) => {
    const rig = await setUp({ role: 'diagnostic' })
    await isNoAtPort(rig)
  },

  'a diagnostic port that answers in frames as the configured one: it says so, and is never ready': async (setUp) => {
    const rig = await setUp({ role: 'diagnostic', profile: { diagnosticSpeaks: true } })
    await isNoAtPort(rig)
  },
})

async function isNoAtPort(rig: Rig): Promise<void> {
  const since = performance.now()
  const problem = await rig.until('it tells its problem', () => rig.states.at(-1)?.['problem'] ?? undefined)
  assert.match(String(problem), /Nothing on this port answers to AT. It may be the wrong port/)
  assert.ok(performance.now() - since < 20_000)
  await rig.until('it has tried again', () => rig.observer.on('stick/availability').length >= 3)
  const phases = new Set(rig.states.map(({ phase }) => phase))
  assert.deepEqual([...phases], ['starting', 'recovering'])
  assert.equal(rig.events('connected').length, 0)
  assert.equal(rig.bridge.exitCode, null)
}
