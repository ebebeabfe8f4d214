import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../../src/app/logger.ts'
import type { LogEntry } from '../../src/mqtt/health-payload.ts'

test('a level that is set holds for loggers that were made before and after', () => {
  const log = createLogger({ level: 'silent', pretty: false, redact: true, mqtt: null })
  const before = log.logger.child({ modem: 'a' })
  // Warnings are kept in any case.
  assert.ok(!before.isLevelEnabled('info'))
  log.setLevel('debug')
  assert.ok(before.isLevelEnabled('debug'))
  assert.ok(log.logger.child({ modem: 'b' }).isLevelEnabled('debug'))
  assert.ok(!before.isLevelEnabled('trace'))
  log.setLevel('silent')
  assert.ok(!before.isLevelEnabled('info'))
})

test('a listener keeps its level whatever is set for standard output', () => {
  const log = createLogger({ level: 'silent', pretty: false, redact: true, mqtt: 'warn' })
  const heard: LogEntry[] = []
  log.listen((entry) => heard.push(entry))
  log.logger.warn('first')
  log.setLevel('silent')
  log.logger.warn('second')
  log.logger.info('not for listeners')
  assert.deepEqual(
    heard.map(({ message }) => message),
    ['first', 'second'],
  )
})
