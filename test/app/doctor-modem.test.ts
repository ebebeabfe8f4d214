import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, it } from 'node:test'
import type { ModemHealth } from '../../src/app/doctor-modem.ts'
import { checkHealth, examineAtPort } from '../../src/app/doctor-modem.ts'
import type { AtStick } from '../../src/simulator/at-stick.ts'
import { setUp } from '../driver/stick-bench.ts'

const FINE: ModemHealth = { sim: 'ready', pinTries: 3, isRadioOff: false, registration: 'home', rssiDbm: -79 }
const said = (changes: Partial<ModemHealth>, hasPin = false) =>
  checkHealth('stick', { ...FINE, ...changes }, hasPin).map(({ level, what, remedy }) => [level, what, remedy])

describe('checkHealth', () => {
  const CASES: readonly (readonly [Partial<ModemHealth>, string, RegExp, RegExp | null])[] = [
    [{}, 'ok', /^It is registered with a network \(stick, signal -79 dBm\)\.$/, null],
    [{ registration: 'roaming' }, 'ok', /^It is registered/, null],
    [
      { sim: 'absent' },
      'problem',
      /^There is no SIM in the modem \(stick\)\.$/,
      /^Insert one with the modem unplugged/,
    ],
    [
      { sim: 'puk_required' },
      'problem',
      /asks for its PUK \(stick\)\.$/,
      /^Put the SIM into a telephone and enter its PUK/,
    ],
    [{ sim: 'blocked' }, 'problem', /locked to another SIM or operator/, /^Have it unlocked/],
    [{ sim: 'unknown' }, 'problem', /^The SIM is not ready/, /less than a minute ago, look again.*clean its contacts/],
    [{ sim: 'pin_required' }, 'problem', /asks for its PIN/, /^Add "pin:" with the PIN in quotes .*telephone\.$/],
    [
      { sim: 'pin_required', pinTries: 1 },
      'problem',
      /only its last try/,
      /^Put the SIM into a telephone and enter the PIN/,
    ],
    [{ sim: 'pin_required', pinTries: null }, 'problem', /asks for its PIN/, /^Add "pin:"/],
    [
      { isRadioOff: true, registration: 'not_registered' },
      'warning',
      /light of a stick is red/,
      /AT\+CFUN=1 and AT\+ZOPRT=5/,
    ],
    [{ registration: 'denied' }, 'problem', /^The network refuses the SIM/, /^Ask the operator/],
    [{ registration: 'searching', rssiDbm: null }, 'warning', /still looking .*no signal/, /^Look again in a minute/],
    [{ registration: 'not_registered' }, 'problem', /not registered with any network/, /window or use an antenna/],
    [{ registration: 'unknown' }, 'problem', /not registered with any network/, /window or use an antenna/],
  ]
  for (const [changes, level, what, remedy] of CASES) {
    it(`says one thing, and the remedy, about ${JSON.stringify(changes)}`, () => {
      const [finding, ...others] = said(changes)
      assert.deepEqual(others, [])
      assert.equal(finding?.[0], level)
      assert.match(finding?.[1] ?? '', what)
      if (remedy === null) assert.equal(finding?.[2], null)
      else assert.match(finding?.[2] ?? '', remedy)
    })
  }

  it('is content with a SIM whose PIN is configured, unless it is its last try', () => {
    assert.deepEqual(
      said({ sim: 'pin_required' }, true).map(([level]) => level),
      ['ok'],
    )
    assert.equal(said({ sim: 'pin_required', pinTries: 1 }, true)[0]?.[0], 'problem')
  })
})

describe('examineAtPort', () => {
  const never = new AbortController().signal
  const examine = (stick: AtStick, heard: string[] = []) =>
    examineAtPort(
      'port',
      {
        baud: 115_200,
        openPort: async () => {
          const line = stick.connect()
          const write = line.write.bind(line)
          line.write = ((chunk: string, ...rest: []) => {
            heard.push(String(chunk).trim())
            return write(chunk, ...rest)
          }) as typeof line.write
          return line
        },
      },
      never,
    )

  it('finds a stick in order', async (t) => {
    const { stick } = setUp(t)
    const answer = await examine(stick)
    assert.equal(answer?.model, 'MF190')
    assert.deepEqual(
      [answer?.health?.sim, answer?.health?.isRadioOff, answer?.health?.registration],
      ['ready', false, 'home'],
    )
    assert.equal(typeof answer?.health?.rssiDbm, 'number')
  })

  it('sees the PIN asked for and the tries left, and never enters one', async (t) => {
    const { stick } = setUp(t, { sim: { pin: '1234' } })
    const heard: string[] = []
    const health = (await examine(stick, heard))?.health
    assert.deepEqual([health?.sim, health?.pinTries], ['pin_required', 3])
    assert.deepEqual(
      heard.filter((command) => /CPIN=|CFUN=|ZOPRT=/.test(command)),
      [],
    )
  })

  it('sees that the radio is off', async (t) => {
    const { stick } = setUp(t)
    stick.radio.zoprt = 6
    assert.equal((await examine(stick))?.health?.isRadioOff, true)
  })

  it('does not take a port that answers no AT for a modem', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const silent = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
    let isOver = false
    const answer = examineAtPort('port', { baud: 115_200, openPort: async () => silent }, never).finally(() => {
      isOver = true
    })
    for (let second = 0; second < 60 && !isOver; second += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      t.mock.timers.tick(1_000)
    }
    assert.equal(await answer, undefined)
    assert.equal(silent.destroyed, true)
  })

  it('says why the port cannot be opened', async () => {
    const gone = examineAtPort('/dev/tty-that-is-not-there', { baud: 115_200 }, never)
    await assert.rejects(gone, { name: 'ModemError', message: /there is no such port\. Is the modem plugged in\?/ })
  })
})
