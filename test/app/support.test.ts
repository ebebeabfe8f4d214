import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/app/command-line.ts'
import { readOut } from '../../src/app/support.ts'
import { distributionOf } from '../../src/app/support-system.ts'

for (const [args, out, rest] of [
  [[], null, []],
  [['--config', 'a.yaml'], null, ['--config', 'a.yaml']],
  [['--out', 'b.json', '--config', 'a.yaml'], 'b.json', ['--config', 'a.yaml']],
  [['--config=a.yaml', '--out=b.json'], 'b.json', ['--config=a.yaml']],
] as const) {
  test(`"support ${args.join(' ')}" writes to ${out ?? 'a name of its own'}`, () => {
    assert.deepEqual(readOut(args), { out, rest })
  })
}

for (const args of [['--out'], ['--out='], ['--out', '--config']]) {
  test(`"support ${args.join(' ')}" is refused`, () => {
    assert.throws(() => readOut(args), UsageError)
  })
}

test('the distribution is read from os-release, with quotes and without', () => {
  assert.equal(distributionOf('NAME="Alpine"\nPRETTY_NAME="Alpine Linux v3.20"\n'), 'Alpine Linux v3.20')
  assert.equal(distributionOf('PRETTY_NAME=Void\n'), 'Void')
  assert.equal(distributionOf(''), null)
})
