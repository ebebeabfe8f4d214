import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { maskCommand, maskLine } from '../../src/at/masking.ts'
import { converse, randomNumbers, VECTORS } from './vectors.ts'

describe('a command', () => {
  for (const [command, shown] of [
    ['AT', 'AT'],
    ['ATE0', 'ATE0'],
    ['AT+CPMS?', 'AT+CPMS?'],
    ['AT+COPS=?', 'AT+COPS=?'],
    ['AT+CPMS="SM","SM","SM"', 'AT+CPMS="SM","SM","SM"'],
    ['AT+CNMI=2,1,0,2,0', 'AT+CNMI=2,1,0,2,0'],
    ['AT+CMGS=153', 'AT+CMGS=153'],
    ['AT+CPIN="1234"', 'AT+CPIN="<4>"'],
    ['AT+CPIN=1234', 'AT+CPIN=<4>'],
    ['AT+CPIN="12345678","4321"', 'AT+CPIN="<15>"'],
    ['AT+ZNCK="99887766"', 'AT+ZNCK="<8>"'],
    ['AT+CLCK="SC",1,"1234"', 'AT+CLCK="<11>"'],
    ['AT+CUSD=1,"*100#",15', 'AT+CUSD=1,"<5>",15'],
    ['AT+CUSD=1,"002A0031",15', 'AT+CUSD=1,"<8>",15'],
    ['AT+FOO=bar', 'AT+FOO=<3>'],
    ['AT+CPIN1234', '<11>'],
    ['AT+CUSD4477=1', '<13>'],
    ['ATD+447700900123;', '<17>'],
    ['anything', '<8>'],
  ] as const) {
    test(`${command} is shown as ${shown}`, () => assert.equal(maskCommand(command), shown))
  }
})

describe('a line', () => {
  for (const [line, command, shown] of [
    ['+CSQ: 17,99', 'AT+CSQ', '+CSQ: 17,99'],
    ['OK', 'AT', 'OK'],
    ['+CME ERROR: SIM busy', 'AT+CPMS?', '+CME ERROR: SIM busy'],
    ['+CME ERROR: 447700900123', 'AT+CPMS?', '+CME ERROR: <12>'],
    ['+CPIN: SIM PIN', 'AT+CPIN?', '+CPIN: SIM PIN'],
    ['+COPS: 0,0,"Testnet",2', 'AT+COPS?', '+COPS: 0,0,"Testnet",2'],
    ['+CREG: 2,1,1F3C,02A4B1C7', 'AT+CREG?', '+CREG: 2,1,<4>,<8>'],
    ['MF831', 'AT+CGMM', 'MF831'],
    ['IMEI: 863071010123456', 'ATI', 'IMEI: <15>'],
    ['863071010123456', 'AT+CGSN', '<15>'],
    ['+CNUM: "Me","+447700900001",145', 'AT+CNUM', '+CNUM: "<18>",145'],
    ['+CMGL: 1,1,"Peter",36', 'AT+CMGL=4', '+CMGL: 1,1,"<5>",36'],
    ['0791447700099099', 'AT+CMGL=4', '<16>'],
    ['+CMT: ,43\n0791447700099099', null, '+CMT: ,43\n<16>'],
    ['+CMTI: "SM",3', null, '+CMTI: "SM",3'],
    ['+CLIP: "+447700900123",145,"",0,"Peter",0', null, '+CLIP: "<30>",0'],
    ['+CUSD: 0,"You say "no", 12,34 EUR",15', null, '+CUSD: 0,"<23>",15'],
    ['+CUSD: 0,"cut off 12,34', null, '+CUSD: 0,"<13>'],
    ['+CUSD: 0,Balance 12,34 EUR', null, '+CUSD: 0,<10>,<6>'],
    ['+CGPADDR: 1,10.64.7.9', 'AT+CGPADDR=1', '+CGPADDR: 1,<9>'],
    ['RING', null, 'RING'],
    ['NO CARRIER', null, 'NO CARRIER'],
    ['Hello Peter', null, '<11>'],
    ['Hello Peter', 'AT+CMGR=1', '<11>'],
  ] as const) {
    test(`${JSON.stringify(line)} is shown as ${JSON.stringify(shown)}`, () => {
      assert.equal(maskLine(line, command), shown)
    })
  }
})

const PERSONAL = [/\d{7,}/, /\b(?=[A-F]*\d)[0-9A-F]{7,}\b/]

test('no recorded exchange shows a long number or a PDU', () => {
  for (const { id, command, raw } of VECTORS) {
    const { lines, urcs } = converse(command === null ? [] : [`${command}\r`], [raw])
    const shown = [
      ...(command === null ? [] : [maskCommand(command)]),
      ...lines.map((line) => maskLine(line, command)),
      ...urcs.map((line) => maskLine(line, null)),
    ].join('\n')
    for (const pattern of PERSONAL) assert.doesNotMatch(shown, pattern, `${id}: ${shown}`)
  }
})

test('whatever is in the quotes of what may carry a text or a secret, nothing of it is shown', () => {
  const random = randomNumbers(4)
  const letters = 'abcXYZ019 ",;:()?=+#*ä€\n'
  for (let round = 0; round < 5000; round += 1) {
    const length = 4 + Math.floor(random() * 20)
    const secret = Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
    for (const shown of [
      maskLine(`+CUSD: 1,"${secret}",15`, null),
      maskLine(`+CLIP: "${secret}",145`, null),
      maskCommand(`AT+CPIN="${secret}"`),
      maskCommand(`AT+CUSD=1,"${secret}",15`),
      maskLine(`#${secret}`, 'AT+CMGR=1'),
    ]) {
      assert.match(shown, /^(?:\+C[A-Z]+: |AT\+C[A-Z]+=|)(?:1,)?"?<\d+>"?(?:,15|,145)?$/, `${secret} ${shown}`)
    }
  }
})
