import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import type { SwitchIo } from '../../src/app/switch.ts'
import { runSwitch } from '../../src/app/switch.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { FakeStick, UsbBus } from '../../src/simulator/usb-bus.ts'
import { driverless, imei, mf190, mf667, network, openBus, probing, scanOf, zeroCd } from '../transport/usb-sticks.ts'

const page = (status: number, body: string) => ({ kind: 'answer', status, body }) as const
const A = imei('351111111111111', 'MF667')

interface Run {
  readonly exitCode: number
  readonly text: string
  /** What was sent to the stick, by AT or HTTP. */
  readonly sent: string[]
}

type Options = Partial<Omit<SwitchIo, 'scan'>> & { readonly target: SwitchIo['target'] }

async function run(bus: UsbBus, options: Options): Promise<Run> {
  const lines: string[] = []
  const sent: string[] = []
  const { send, get, ...rest } = options
  const exitCode = await runSwitch({
    stick: null,
    isConfirmed: true,
    scan: () => scanOf(bus),
    probe: probing({ ttyUSB1: A }),
    pause: async () => {},
    print: (line) => lines.push(line),
    ...rest,
    send: async (tty, command) => {
      sent.push(`${tty.slice(-7)} ${command}`)
      return send === undefined ? ['some result(0:FAIL 1:SUCCESS):1'] : send(tty, command)
    },
    get: async (url, headers) => {
      sent.push(`${url} ${JSON.stringify(headers)}`)
      return get === undefined ? page(200, '{"result":"success"}') : get(url, headers)
    },
  })
  return { exitCode, text: lines.join('\n'), sent }
}

async function busWith(t: TestContext, ...sticks: readonly FakeStick[]): Promise<UsbBus> {
  const bus = await openBus(t)
  for (const stick of sticks) await bus.plug(stick)
  return bus
}

const FIRST_URL =
  'http://192.168.0.1/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY {"Referer":"http://192.168.0.1/index.html"}'
const SECOND_URL = FIRST_URL.replace('goform_process', 'goform_set_cmd_process')

describe('switch modem', () => {
  const comeBack = (bus: UsbBus) => async () => {
    await bus.unplug('1-2')
    await bus.plug(mf667('1-2'))
  }

  it('opens MODE_SWITCH with its Referer and waits until the stick is back', async (t) => {
    const bus = await busWith(t, network())
    const { exitCode, text, sent } = await run(bus, { target: 'modem', pause: comeBack(bus) })
    assert.deepEqual(sent, [FIRST_URL])
    assert.equal(exitCode, 0)
    assert.match(text, /^Done: it is 19d2:0016 .*Way back: "zte2mqtt switch network --yes", then plug it in again\.$/)
  })

  it('takes a missing answer for a stick that is leaving', async (t) => {
    const bus = await busWith(t, network())
    const get = async () => ({ kind: 'silent' }) as const
    const { exitCode, sent } = await run(bus, { target: 'modem', get, pause: comeBack(bus) })
    assert.equal(exitCode, 0)
    assert.deepEqual(sent, [FIRST_URL])
  })

  it('tries the other address of other firmware', async (t) => {
    const bus = await busWith(t, network())
    const get = async (url: string) => page(url.includes('set_cmd') ? 200 : 404, '')
    const { exitCode, sent } = await run(bus, { target: 'modem', get, pause: comeBack(bus) })
    assert.deepEqual(sent, [FIRST_URL, SECOND_URL])
    assert.equal(exitCode, 0)
  })

  it('gives up when the web page refuses both', async (t) => {
    const bus = await busWith(t, network())
    const get = async () => page(200, '{"result":"failure"}')
    const { exitCode, text, sent } = await run(bus, { target: 'modem', get })
    assert.deepEqual(sent, [FIRST_URL, SECOND_URL])
    assert.equal(exitCode, 1)
    assert.match(text, /refuses/)
  })

  it('says at once that there is no web page, and how to name another address', async (t) => {
    const bus = await busWith(t, network())
    const get = async () => ({ kind: 'unreachable', code: 'EHOSTUNREACH' }) as const
    const pause = () => Promise.reject(new Error('waited'))
    const { exitCode, text, sent } = await run(bus, { target: 'modem', get, pause })
    assert.deepEqual([exitCode, sent], [1, [FIRST_URL]])
    assert.match(text, /^There is no web page at http:\/\/192\.168\.0\.1 \(EHOSTUNREACH\)\. .*DHCP.*--url/)
  })

  it('gives up after a minute when the stick stays as it is', async (t) => {
    const bus = await busWith(t, network())
    let waited = 0
    const pause = async (ms: number) => {
      waited += ms
    }
    const { exitCode, text } = await run(bus, { target: 'modem', pause })
    assert.equal(exitCode, 1)
    assert.equal(waited, 60_000)
    assert.match(text, /did not come back as a modem.*--url/)
  })

  it('uses another address where one is given', async (t) => {
    const bus = await busWith(t, network())
    const { sent } = await run(bus, { target: 'modem', url: 'http://10.0.0.1', pause: comeBack(bus) })
    assert.match(sent[0] ?? '', /^http:\/\/10\.0\.0\.1\/goform.*"Referer":"http:\/\/10\.0\.0\.1\/index\.html"/)
  })

  it('prints the usb_modeswitch recipe for a CD-ROM and sends nothing', async (t) => {
    const bus = await busWith(t, zeroCd())
    const { exitCode, text, sent } = await run(bus, { target: 'modem', isConfirmed: false })
    assert.equal(exitCode, 0)
    assert.deepEqual(sent, [])
    assert.match(text, /usb_modeswitch -v 19d2 -p 1225 -K/)
  })

  it('leaves a modem as it is', async (t) => {
    const bus = await busWith(t, mf190())
    const { exitCode, text, sent } = await run(bus, { target: 'modem' })
    assert.deepEqual([exitCode, sent], [0, []])
    assert.match(text, /is in modem mode already/)
  })
})

describe('switch network', () => {
  it('turns the CD-ROM on and leaves the download composition', async (t) => {
    const bus = await busWith(t, mf667())
    const { exitCode, text, sent } = await run(bus, { target: 'network' })
    assert.deepEqual(sent, ['ttyUSB1 AT+ZCDRUN=9', 'ttyUSB1 AT+ZCDRUN=F'])
    assert.equal(exitCode, 0)
    assert.match(text, /^Done\. Unplug the stick and plug it in again.*Way back: "zte2mqtt switch modem --yes"\.$/)
  })

  const refusals: [string, SwitchIo['send'], RegExp][] = [
    ['says no', async () => ['Open autorun state result(0:FAIL 1:SUCCESS):0'], /ZCDRUN=9 failed: the stick says no/],
    ['says nothing to the point', async () => [], /ZCDRUN=9 failed: the stick does not say whether it obeys\. Nothing/],
    [
      'says no in other words, and something else comes in between',
      async () => ['zerocd on: 0', '+CREG: 1'],
      /ZCDRUN=9 failed: the stick says no/,
    ],
    [
      'answers ERROR',
      async () => Promise.reject(new ModemError('rejected_by_modem', 'The modem refused.')),
      /ZCDRUN=9 failed: The modem refused\. Nothing more was sent/,
    ],
  ]
  for (const [sentence, send, expected] of refusals) {
    it(`stops when the stick ${sentence}`, async (t) => {
      const bus = await busWith(t, mf667())
      const { exitCode, text, sent } = await run(bus, { target: 'network', send })
      assert.deepEqual(sent, ['ttyUSB1 AT+ZCDRUN=9'])
      assert.equal(exitCode, 1)
      assert.match(text, expected)
    })
  }

  it('passes a programming fault on', async (t) => {
    const bus = await busWith(t, mf667())
    await assert.rejects(
      run(bus, { target: 'network', send: () => Promise.reject(new TypeError('broken')) }),
      TypeError,
    )
  })

  it('refuses sticks that have no network mode', async (t) => {
    const bus = await busWith(t, mf190())
    const { exitCode, text, sent } = await run(bus, { target: 'network' })
    assert.deepEqual([exitCode, sent], [1, []])
    assert.match(text, /No way from modem to network mode is known/)
  })

  it('sends to the first port that answers, and says when none does', async (t) => {
    const bus = await busWith(t, mf667())
    const { sent } = await run(bus, { target: 'network', probe: probing({ ttyUSB2: A }) })
    assert.equal(sent[0], 'ttyUSB2 AT+ZCDRUN=9')
    const silent = await run(bus, { target: 'network', probe: probing({}) })
    assert.deepEqual([silent.exitCode, silent.sent], [1, []])
    assert.match(silent.text, /answers AT on none of its ports\. "zte2mqtt doctor" says more\.$/)
  })

  it('goes past a port that is held, and passes on who holds it when none is left', async (t) => {
    const bus = await busWith(t, mf667())
    const held = 'It is held by node (process 77).'
    const { sent } = await run(bus, { target: 'network', probe: probing({ ttyUSB1: held, ttyUSB2: A }) })
    assert.equal(sent[0], 'ttyUSB2 AT+ZCDRUN=9')
    const busy = await run(bus, { target: 'network', probe: probing({ ttyUSB1: held }) })
    assert.equal(busy.exitCode, 1)
    assert.match(busy.text, /It is held by node \(process 77\)\.$/)
  })

  it('says why a stick without ports cannot be asked', async (t) => {
    const bus = await busWith(t, driverless())
    const { exitCode, text } = await run(bus, { target: 'network' })
    assert.equal(exitCode, 1)
    assert.match(text, /no driver took it\. .*new_id$/)
  })
})

describe('switch storage', () => {
  it('turns the CD-ROM on', async (t) => {
    const bus = await busWith(t, mf190())
    const { exitCode, text, sent } = await run(bus, { target: 'storage' })
    assert.deepEqual([exitCode, sent], [0, ['ttyUSB1 AT+ZCDRUN=9']])
    assert.match(
      text,
      /returns as a CD-ROM\. Way back: "zte2mqtt switch modem" prints .*AT\+ZCDRUN=8 turns the CD-ROM off/,
    )
  })

  it('knows no way from network mode', async (t) => {
    const bus = await busWith(t, network())
    const { exitCode, sent } = await run(bus, { target: 'storage' })
    assert.deepEqual([exitCode, sent], [1, []])
  })
})

describe('switch without --yes', () => {
  const cases = [
    ['network mode', network(), 'modem', /^This would open http:.*MODE_SWITCH/],
    ['the download composition', mf667(), 'network', /^This would send AT\+ZCDRUN=9, AT\+ZCDRUN=F/],
    ['a modem', mf190(), 'storage', /^This would send AT\+ZCDRUN=9 to/],
  ] as const
  for (const [state, stick, target, deed] of cases) {
    it(`only says what it would do to ${state}, and the danger`, async (t) => {
      const bus = await busWith(t, stick)
      const { exitCode, text, sent } = await run(bus, { target, isConfirmed: false })
      assert.deepEqual([exitCode, sent], [2, []])
      assert.match(text, deed)
      assert.match(text, /stuck(.|\n)*--yes(.|\n)*Way back: /)
    })
  }
})

describe('switch on a stick that hangs in its boot loader', () => {
  it('knows no way and says what can be done', async (t) => {
    const bus = await busWith(t, { ...mf667(), productId: '0076', interfaces: [] })
    const { exitCode, text, sent } = await run(bus, { target: 'modem' })
    assert.deepEqual([exitCode, sent], [1, []])
    assert.match(text, /No way from bootloader to modem mode(.|\n)*Unplug it and plug it in again/)
  })
})

describe('switch with several sticks', () => {
  it('asks which one, and takes the one that is named by socket, port or link', async (t) => {
    const bus = await busWith(t, mf667('1-2'), mf667('1-3'))
    const unclear = await run(bus, { target: 'storage' })
    assert.deepEqual([unclear.exitCode, unclear.sent], [2, []])
    assert.match(unclear.text, /1-2: 19d2:0016.*\n.*1-3: 19d2:0016/)
    const probe = probing({ ttyUSB1: A, ttyUSB4: A })
    for (const stick of ['1-3', '/dev/ttyUSB5', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:3:1.0-port0']) {
      assert.deepEqual((await run(bus, { target: 'storage', stick, probe })).sent, ['ttyUSB4 AT+ZCDRUN=9'])
    }
  })

  it('says that there is no such stick', async (t) => {
    const bus = await busWith(t, mf667('1-2'))
    const { exitCode, text } = await run(bus, { target: 'storage', stick: '1-9' })
    assert.equal(exitCode, 2)
    assert.match(text, /no such ZTE device/)
  })
})
