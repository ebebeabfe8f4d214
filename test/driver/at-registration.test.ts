import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseRegistration } from '../../src/at/responses-network.ts'
import type { Reports } from '../../src/driver/at-registration.ts'
import { cellOf, registrationOf } from '../../src/driver/at-registration.ts'
import { K3565Z, MF831 } from '../../src/simulator/profiles.ts'
import { setUp } from './stick-bench.ts'

const report = (line: string | null) => (line === null ? undefined : parseRegistration(line))
const reports = (cs: string | null, eps: string | null = null, ps: string | null = null): Reports => ({
  cs: report(cs),
  eps: report(eps),
  ps: report(ps),
})

type Short = readonly [lac: string | null, tac: string | null, cellId: string | null]

// 3GPP TS 27.007 section 7.2, 10.1.20, 10.1.22; the first rows as ZTE sticks write them.
const CELLS: readonly (readonly [what: string, given: Reports, cell: Short])[] = [
  ['on 3G', reports('+CREG: 2,1,1F3C,02A4B1C7'), ['1F3C', null, '02A4B1C7']],
  ['in lower case and without leading zeros', reports('+CREG: 2,5,"1a2","2a4"'), ['01A2', null, '000002A4']],
  ['on LTE', reports('+CREG: 2,0', '+CEREG: 2,1,"5A02","0180C30B",7'), [null, '5A02', '0180C30B']],
  [
    'on LTE with a location area for messages and calls',
    reports('+CREG: 2,1,1F3C,02A4B1C7', '+CEREG: 2,1,"5A02","0180C30B",7'),
    ['1F3C', '5A02', '0180C30B'],
  ],
  ['on LTE, told by +CREG alone', reports('+CREG: 2,1,"5A02","0180C30B",7'), [null, '5A02', '0180C30B']],
  ['on 5G', reports(null, '+CEREG: 2,1,"5A0211","00180C30B",11'), [null, '5A0211', '0180C30B']],
  ['on packet services only', reports('+CREG: 2,2', null, '+CGREG: 2,1,1F3C,2A4'), ['1F3C', null, '000002A4']],
  ['not told', reports('+CREG: 1,1'), [null, null, null]],
  ['that is none', reports('+CREG: 2,1,FFFE,FFFFFFFF'), [null, null, null]],
  ['without network', reports('+CREG: 2,3,1F3C,02A4B1C7'), [null, null, null]],
  ['in words that are no hex', reports('+CREG: 2,1,"XYZW","02A4B1C7"'), [null, null, '02A4B1C7']],
]

describe('the cell', () => {
  for (const [what, given, expected] of CELLS) {
    test(what, () => {
      const { lac, tac, cellId, ...rest } = cellOf(given)
      assert.deepEqual([lac, tac, cellId], expected)
      assert.deepEqual(rest, { pci: null, band: null, channel: null })
    })
  }
})

describe('the registration', () => {
  const rows: readonly (readonly [Reports, string, string | null])[] = [
    [reports('+CREG: 2,0', '+CEREG: 2,5,"5A02","0180C30B",7'), 'roaming', 'lte'],
    [reports('+CREG: 1,2', null, '+CGREG: 1,1'), 'home', null],
    [reports('+CREG: 1,3', null, '+CGREG: 1,2'), 'denied', null],
    // A technology of a network that is not the one in use tells nothing.
    [reports('+CREG: 2,1,1F3C,02A4B1C7', '+CEREG: 2,2,"5A02","0180C30B",7'), 'home', null],
  ]
  for (const [given, state, technology] of rows) {
    test(`is ${state} on ${technology ?? 'nobody says what'}`, () => {
      assert.deepEqual(registrationOf(given), { state, accessTechnology: technology })
    })
  }

  test('is told by ZTE’s own commands where all three of the standard are refused', async (t) => {
    for (const profile of [{}, K3565Z]) {
      const { stick, open } = setUp(t, { profile })
      for (const command of ['+CREG', '+CGREG', '+CEREG']) stick.refuse(command)
      const modem = await open()
      assert.deepEqual(await modem.readState(['registration', 'cell']), {
        registration: { state: 'home', accessTechnology: 'hsdpa' },
      })
      stick.setRegistration(5)
      const roaming = await modem.readState(['registration'])
      assert.equal(roaming.registration?.state, 'roaming')
      stick.setRegistration(0)
      const gone = await modem.readState(['registration'])
      assert.deepEqual(gone.registration, { state: 'not_registered', accessTechnology: null })
    }
  })

  test('brings the cell along, without a command of its own', async (t) => {
    const { said, open } = setUp(t, { profile: MF831 })
    const modem = await open()
    await modem.readState(['registration'])
    said.length = 0
    const { cell } = await modem.readState(['registration', 'cell'])
    assert.deepEqual([cell?.tac, cell?.cellId], ['1F3C', '02A4B1C7'])
    assert.deepEqual(said, ['AT+CREG?', 'AT+CEREG?', 'AT+CGREG?'])
  })

  test('follows a hand-over, of which the modem gives a hint', async (t) => {
    const { stick, open } = setUp(t, { profile: MF831 })
    const modem = await open()
    const hints: string[] = []
    modem.on('changed', (group) => hints.push(group))
    stick.radio.handOver({ technology: 'HSDPA', cell: { area: '2b', id: '1c' } })
    await new Promise((resolve) => setImmediate(resolve))
    const { registration, cell } = await modem.readState(['registration', 'cell'])
    assert.ok(hints.includes('registration'))
    assert.deepEqual(registration, { state: 'home', accessTechnology: 'hsdpa' })
    assert.deepEqual([cell?.lac, cell?.tac, cell?.cellId], ['002B', null, '0000001C'])
  })
})
