import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { LogFan } from '../../src/app/log-fan.ts'
import type { LogLevel } from '../../src/bridge/bridge-requests.ts'
import type { LogEntry } from '../../src/mqtt/health-payload.ts'

function setUp(outputLevel: LogLevel, listenerLevel: LogLevel | null) {
  const output: string[] = []
  const heard: LogEntry[] = []
  const fan = new LogFan({ write: (line) => output.push(JSON.parse(line).msg) }, outputLevel, listenerLevel)
  const redact = { paths: ['text'], censor: '…' }
  const logger = pino({ level: fan.level, base: null, redact }, fan)
  fan.listen((entry) => heard.push(entry))
  return { output, heard, fan, logger }
}

for (const [outputLevel, listenerLevel, output, heard] of [
  ['info', null, ['i', 'w'], []],
  ['info', 'warn', ['i', 'w'], ['w']],
  ['warn', 'debug', ['w'], ['d', 'i', 'w']],
  ['silent', 'info', [], ['i', 'w']],
  ['silent', null, [], []],
] as const) {
  test(`at ${outputLevel} for the output and ${listenerLevel} for listeners, each gets its own`, () => {
    const told = setUp(outputLevel, listenerLevel)
    told.logger.debug('d')
    told.logger.info('i')
    told.logger.warn('w')
    assert.deepEqual(told.output, output)
    assert.deepEqual(
      told.heard.map(({ message }) => message),
      heard,
    )
  })
}

test('a listener gets level, message, modem and time, and nothing of what else the line holds', () => {
  const { heard, logger } = setUp('info', 'info')
  logger.child({ modem: 'stick' }).warn({ text: 'a secret', to: '+49170' }, 'SMS sent')
  const [entry] = heard
  assert.deepEqual(
    { ...entry, time: typeof entry?.time },
    {
      level: 'warn',
      message: 'SMS sent',
      modem: 'stick',
      time: 'string',
    },
  )
  assert.match(entry?.time ?? '', /^\d{4}-\d\d-\d\dT.*Z$/)
})

test('the last 200 warnings and errors are kept, whatever the levels are', () => {
  const { fan, logger, output } = setUp('silent', null)
  logger.info('i')
  for (let count = 0; count < 200; count++) logger.child({ modem: 'stick' }).warn(`w${count}`)
  logger.error({ text: 'a secret' }, 'e')
  assert.deepEqual(output, [])
  assert.equal(fan.warnings.length, 200)
  assert.deepEqual([fan.warnings[0]?.message, fan.warnings[0]?.modem], ['w1', 'stick'])
  assert.deepEqual(fan.warnings.at(-1), { level: 'error', message: 'e', modem: null, time: fan.warnings.at(-1)?.time })
})

test('what is logged while a listener is told is not told in turn', () => {
  const { heard, output, fan, logger } = setUp('info', 'info')
  fan.listen((entry) => {
    heard.push(entry)
    logger.error('it could not be published')
  })
  logger.info('i')
  logger.info('j')
  assert.deepEqual(
    heard.map(({ message }) => message),
    ['i', 'j'],
  )
  assert.equal(output.filter((line) => line === 'it could not be published').length, 2)
})
