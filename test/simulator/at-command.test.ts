import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommandLine } from '../../src/simulator/at-command.ts'

const LINES: [body: string, calls: [name: string, form: string, values: string[]][]][] = [
  ['', []],
  [
    'E0V1',
    [
      ['E', 'execute', ['0']],
      ['V', 'execute', ['1']],
    ],
  ],
  [
    'e0+cmee=1',
    [
      ['E', 'execute', ['0']],
      ['+CMEE', 'set', ['1']],
    ],
  ],
  [
    '+CMEE=1;+CREG=2; +CSQ',
    [
      ['+CMEE', 'set', ['1']],
      ['+CREG', 'set', ['2']],
      ['+CSQ', 'execute', []],
    ],
  ],
  ['+CPMS="SM","ME",""', [['+CPMS', 'set', ['SM', 'ME', '']]]],
  ['+CUSD=1,"a;b,c",15', [['+CUSD', 'set', ['1', 'a;b,c', '15']]]],
  ['+CNMI=,1', [['+CNMI', 'set', ['', '1']]]],
  ['+CNMI=?', [['+CNMI', 'test', []]]],
  ['+CPIN?', [['+CPIN', 'read', []]]],
  ['^ICCID?', [['^ICCID', 'read', []]]],
  ['$TSSPCSW=?', [['$TSSPCSW', 'test', []]]],
  ['DT*100#;', [['D', 'execute', ['T*100#;']]]],
  ['&F', [['&F', 'execute', []]]],
  ['S0=0', [['S0', 'set', ['0']]]],
]
for (const [body, expected] of LINES) {
  test(`the command line AT${body} is taken apart`, () => {
    assert.deepEqual(
      parseCommandLine(body)?.map(({ name, form, values }) => [name, form, values]),
      expected,
    )
  })
}

for (const body of [',', '=1', '+', '+CSQ=1;,']) {
  test(`AT${body} is no command line`, () => {
    assert.equal(parseCommandLine(body), null)
  })
}
