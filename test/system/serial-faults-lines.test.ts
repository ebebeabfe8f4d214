import assert from 'node:assert/strict'
import { onTheRoad } from './serial-rig.ts'

onTheRoad('a disturbed line loses nothing', {
  'when the result of a hand-over comes after its time limit': async (setUp) => {
    const rig = await setUp({ bridge: ['--poll.signal=1h', '--poll.status=1h', '--poll.sms=1h'] })
    await rig.ready()
    await rig.lostAndFound(async () => {
      rig.stick.answerLate(65_000, '+CMGS')
      await rig.send('late!')
      await rig.phase('recovering', 70_000)
    })
    await rig.exchange('after')
    await rig.settled()
  },

  'when the modem hangs for ever, and is unplugged': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    await rig.settled()
    rig.stick.hang()
    await rig.exchange('hung')
    // The longest limit is that of a listing, which may just have begun.
    const state = await rig.phase('recovering', 85_000)
    assert.match(String(state['problem']), /no answer|Nothing on this port answers/)
    await rig.lostAndFound(async () => {
      rig.stick.dropOffBus()
      await rig.stick.replug()
    })
    await rig.exchange('after')
    await rig.settled()
  },

  'when an answer comes after its time limit': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    await rig.lostAndFound(async () => {
      rig.stick.answerLate(7_000, '+CSQ')
      await rig.exchange('late')
    })
    await rig.exchange('after')
    await rig.settled()
  },

  'when garbage and NULs come ahead of answers': async (setUp) => {
    const garbage = Buffer.from('\0\0\xff\xfe~}garbage\0\x03', 'latin1')
    const rig = await setUp({ prepare: ({ stick }) => stick.garble(garbage, Number.POSITIVE_INFINITY) })
    await rig.ready()
    await rig.exchange('garbage')
    await rig.settled()
    rig.stick.garble(Buffer.alloc(100), Number.POSITIVE_INFINITY)
    await rig.exchange('NULs')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },

  'when replies come octet by octet': async (setUp) => {
    const rig = await setUp({ prepare: ({ stick }) => stick.splitReplies(1) })
    await rig.ready()
    await rig.exchange('split')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },

  'when an unsolicited line stands between any two lines': async (setUp) => {
    const news = [
      '+ZUSIMR:2',
      '+ZPASR: "UMTS"',
      '+CREG: 1,1F3C,02A4B1C7',
      '+CMTI: "SM",1',
      '+ZDONR: "Testnet",244,91,"CS_PS","ROAM_OFF"',
      'RING',
      '^BOOT:1,0',
    ]
    const rig = await setUp({ prepare: ({ stick }) => stick.interleave(news, Number.POSITIVE_INFINITY) })
    await rig.ready()
    await rig.exchange('one')
    await rig.exchange('two')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },

  'when a notification stands between two lines of an answer: it is heeded': async (setUp) => {
    const rig = await setUp({ bridge: ['--poll.sms=1h', '--sms.delivery_report=false'] })
    await rig.ready()
    // The first look is over long before these are out.
    for (const text of ['one!', 'two!', 'three!', 'four!']) await rig.status(await rig.send(text), ['sent'])
    rig.stick.loseNotification()
    rig.inject('told in between!')
    rig.stick.interleave(['+CMTI: "SM",1'])
    await rig.settled()
  },

  'when the stick floods its port while its SIM starts': async (setUp) => {
    const rig = await setUp({
      profile: { floodsUntilCpms: true, announcesNetwork: true },
      prepare: ({ stick }) => {
        stick.refuse('+CPMS?', '+CMS ERROR: 314', 2)
        stick.simBusy(3)
        stick.urcStorm(200)
      },
    })
    await rig.ready()
    await rig.exchange('flooded')
    await rig.settled()
  },

  'when ten thousand unsolicited lines come at once': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    await rig.exchange('before')
    rig.stick.urcStorm(10_000)
    await rig.exchange('after')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },

  'when no prompt comes: nothing is sent into the void, and the message goes out after it was opened anew': async (
    setUp,
  ) => {
    const rig = await setUp()
    await rig.ready()
    await rig.lostAndFound(async () => {
      rig.stick.noPrompt()
      await rig.exchange('unasked')
    })
    await rig.settled()
  },

  'when the prompt lacks its blank': async (setUp) => {
    const rig = await setUp()
    await rig.ready()
    rig.stick.promptWithoutBlank(3)
    await rig.exchange('bare')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },

  'when the echo returns with CFUN': async (setUp) => {
    const rig = await setUp({
      prepare: async (pty) => {
        await pty.enter('AT+CFUN=4')
        pty.stick.echoReturnsAfterCfun()
      },
    })
    await rig.ready()
    await rig.exchange('echoed')
    await rig.settled()
    assert.equal(rig.events('disconnected').length, 0)
  },
})
