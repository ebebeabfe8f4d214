import assert from 'node:assert/strict'
import { onTheRoad } from './serial-rig.ts'

onTheRoad('a stick that leaves the bus loses nothing', {
  'with every message that comes in': async (setUp) => {
    const rig = await setUp({ profile: { dropOnSms: 'always' }, latency: { settleMs: 500 } })
    await rig.ready()
    for (const text of ['one!', 'two!', 'three!']) await rig.lostAndFound(() => rig.inject(text))
    await rig.exchange('all at once')
    await rig.settled([], 300_000)
  },

  'at a USSD request, at each of its steps: one answer says so': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    for (const moment of ['before-cusd-result', 'before-cusd', 'mid-cusd'] as const) {
      rig.stick.dropAt(moment)
      await rig.lostAndFound(async () => {
        assert.equal((await rig.ussd('*100#'))['status'], 'error')
        await rig.exchange(moment)
      })
      assert.equal(rig.stick.faults.dropAt, null)
    }
    await rig.settled()
  },

  'in the middle of a list': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    rig.stick.dropAt('mid-list')
    await rig.lostAndFound(() => rig.exchange('during'))
    await rig.exchange('after')
    await rig.settled()
    assert.equal(rig.stick.faults.dropAt, null)
  },

  'after it took a PDU that the network never saw: the fate is unknown, and it is not sent on a guess': async (
    setUp,
  ) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    await rig.settled()
    rig.stick.dropAt('after-pdu')
    let lost = ''
    await rig.lostAndFound(async () => {
      lost = await rig.send('lost!')
      await rig.exchange('during')
    })
    await rig.exchange('after')
    await rig.settled([lost])
    assert.ok(!rig.takenTexts.includes('lost!'))
  },

  'before it told that the network took a message: the report settles what was unknown': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    await rig.settled()
    rig.stick.dropAt('before-cmgs-result')
    let id = ''
    await rig.lostAndFound(async () => {
      id = await rig.send('taken!')
      await rig.exchange('during')
    })
    await rig.status(id, ['delivered'])
    assert.deepEqual(rig.statusesOf(id).slice(-2), ['unknown', 'delivered'])
    await rig.settled()
  },

  'before the prompt: the message goes out after the return': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    rig.stick.dropAt('before-prompt')
    let id = ''
    await rig.lostAndFound(async () => {
      id = await rig.send('not yet!')
      await rig.exchange('during')
    })
    await rig.settled()
    assert.ok(!rig.statusesOf(id).includes('unknown'))
    assert.equal(rig.stick.faults.dropAt, null)
  },

  'before it told that a message was deleted: it is not published again': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    rig.stick.dropAt('before-cmgd-result')
    await rig.lostAndFound(() => rig.exchange('during'))
    await rig.exchange('after')
    await rig.settled()
    assert.equal(rig.stick.faults.dropAt, null)
  },

  'while it was idle': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      await rig.phase('absent')
      await rig.exchange('away')
      assert.equal(rig.observer.on('stick/availability').at(-1), 'offline')
      await rig.stick.replug()
    })
    await rig.settled()
    assert.equal(rig.observer.on('stick/availability').at(-1), 'online')
    for (const type of ['disconnected', 'recovered']) assert.equal(rig.events(type).length, 1, type)
  },

  'and returns under another number': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    const before = rig.pty.device
    await rig.exchange('before')
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      await rig.exchange('away')
      rig.pty.renumber()
      await rig.stick.replug()
    })
    await rig.exchange('after')
    await rig.settled()
    assert.notEqual(rig.pty.device, before)
  },

  'and returns asking for the PIN that is configured': async (setUp) => {
    const rig = await setUp({ modem: { pin: '4711' } })
    await rig.ready()
    await rig.exchange('before')
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      rig.stick.needPin('4711')
      await rig.exchange('away')
      await rig.stick.replug()
    })
    await rig.settled()
    assert.equal(rig.stick.sim.pinTries, 3)
  },

  'and returns asking for a PIN that is not configured: it says so, and is ready as soon as somebody enters it': async (
    setUp,
  ) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    rig.stick.dropOffBus()
    rig.stick.needPin('4711')
    await rig.stick.replug()
    const state = await rig.phase('unlocking')
    assert.equal(state['sim'], 'pin_required')
    await rig.exchange('locked')
    await rig.lostAndFound(() => rig.pty.enter('AT+CPIN="4711"'))
    await rig.settled()
  },

  'and returns as a CD-ROM: absent, until it is switched': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.lostAndFound(async () => {
      rig.stick.comeBackAsCdRom()
      rig.stick.dropOffBus()
      await rig.stick.replug()
      const state = await rig.phase('absent')
      assert.match(String(state['problem']), /unplugged|no such port/)
      await rig.exchange('away')
      await rig.stick.switchToModem()
    })
    await rig.settled()
  },
})
