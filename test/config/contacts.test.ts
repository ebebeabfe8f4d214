import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contacts } from '../../src/config/contacts.ts'

function read(book: Record<string, unknown>) {
  return contacts.read(new Map(Object.entries(book)))
}

function numbers(book: Record<string, unknown>): Record<string, readonly string[]> {
  const reading = read(book)
  assert.ok('value' in reading, JSON.stringify(reading))
  return { ...reading.value }
}

function refusals(book: Record<string, unknown>): readonly string[] {
  const reading = read(book)
  assert.ok('refused' in reading, JSON.stringify(reading))
  return reading.refused.map(({ at, says }) => `${at} ${says}`)
}

describe('contacts', () => {
  test('a number, an alias and groups of groups become numbers, each once', () => {
    assert.deepEqual(
      numbers({
        peter: '+491701234567',
        boss: 'peter',
        family: ['peter', '+49 170 765-4321'],
        all: ['family', 'boss', '110'],
      }),
      {
        peter: ['+491701234567'],
        boss: ['+491701234567'],
        family: ['+491701234567', '+491707654321'],
        all: ['+491701234567', '+491707654321', '110'],
      },
    )
  })

  test('what every object has is no contact', () => {
    const reading = read({ peter: '110' })
    assert.ok('value' in reading)
    assert.equal('constructor' in reading.value, false)
  })

  test('a name may be called like a property of objects', () => {
    const reading = contacts.read(new Map([['__proto__', '110']]))
    assert.ok('value' in reading)
    assert.deepEqual(Object.entries(reading.value), [['__proto__', ['110']]])
  })

  test('an unknown name is refused with the one that was meant', () => {
    assert.deepEqual(refusals({ peter: '110', family: ['112', 'petre'] }), [
      '.family[1] found "petre", which is neither a phone number nor a contact, did you mean peter?',
    ])
  })

  test('every contact of a cycle is refused, and one that only leads into it is not', () => {
    assert.deepEqual(
      refusals({ a: 'b', b: ['110', 'c'], c: ['a'], d: 'a' }),
      ['.a', '.b', '.c'].map((at) => `${at} this contact leads back to itself`),
    )
    assert.deepEqual(refusals({ self: 'self' }), ['.self this contact leads back to itself'])
  })

  test('a number without quotes is refused, because its + is lost', () => {
    assert.match(
      refusals({ peter: 491701234567 })[0] ?? '',
      /^\.peter found 491701234567; a phone number must be in quotes/,
    )
  })

  for (const entry of [null, true, [], new Map(), ['+49x'], '1', '+'.repeat(3), [['110']]]) {
    test(`the entry ${JSON.stringify(entry)} is refused`, () => assert.equal(refusals({ peter: entry }).length, 1))
  }

  for (const name of ['', '112', '+49170', ' peter', 'peter ', 'a\nb', 'x'.repeat(65)]) {
    test(`the name ${JSON.stringify(name)} is refused`, () => {
      assert.match(refusals({ [name]: '110' })[0] ?? '', /a name has 1 to 64 characters/)
    })
  }

  for (const raw of ['peter', 5, [], null]) {
    test(`${JSON.stringify(raw)} is no address book`, () => assert.deepEqual(contacts.read(raw), { refused: [] }))
  }
})
