import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Bridge } from '../../src/bridge/bridge.ts'
import type { Answer } from '../../src/bridge/commands.ts'
import type { SendFormsOptions } from '../../src/homeassistant/send-form.ts'
import { SendForms } from '../../src/homeassistant/send-form.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { openJournal } from '../journal/open-journal.ts'
import { incoming } from '../mqtt/fake-connection.ts'

const OK: Answer = { status: 'ok', data: {} }
const REFUSED: Answer = { status: 'error', error: { code: 'quota_exceeded', message: 'The limit is used up.' } }

function createForms(t: TestContext, more: Partial<SendFormsOptions> = {}) {
  const { journal } = openJournal(t)
  const retained = new Map<string, string>()
  const carriedOut: { modem: string; command: string; input: unknown; identity: string }[] = []
  const acknowledged: string[] = []
  const answers: (readonly [command: string, told: string])[] = []
  const problems: string[] = []
  let answer: Answer | Promise<Answer> = OK
  let id = 0
  const bridge: Pick<Bridge, 'carryOut' | 'acknowledged'> = {
    carryOut(modem, command, payload, { identity }) {
      carriedOut.push({ modem, command, input: JSON.parse(Buffer.from(payload).toString()), identity })
      return { answer: Promise.resolve(answer), transaction: null }
    },
    acknowledged: (identity) => acknowledged.push(identity),
  }
  const options: SendFormsOptions = {
    modems: ['stick'],
    topics: createTopics('zte'),
    journal,
    contacts: new Set(['peter', 'Meier, Anna']),
    bridge: () => bridge,
    retain: (topic, payload) => retained.set(topic, payload),
    answered: (_, command, told) => answers.push([command, told.status === 'ok' ? 'ok' : told.error.message]),
    newId: () => `id${id++}`,
    onProblem: (line) => problems.push(line),
    ...more,
  }
  let forms = new SendForms(options)
  return {
    carriedOut,
    acknowledged,
    answers,
    problems,
    answerWith: (next: Answer | Promise<Answer>) => {
      answer = next
    },
    /** Like Home Assistant, which waits for nothing. */
    put: (field: string, payload: string | Buffer, retain = false) =>
      forms.heard(incoming(`zte/stick/homeassistant/set/${field}`, payload, { qos: 0, retain })),
    settle: () => new Promise(setImmediate),
    restart: () => {
      forms = new SendForms(options)
    },
    form: () => JSON.parse(retained.get('zte/stick/homeassistant/send_form') ?? 'null'),
  }
}

const EMPTY = { recipient: '', message: '', flash: false, priority: 'normal', ussd_code: '', ussd_answer: '' }

test('a form is there from the start, all of it filled with something', (t) => {
  assert.deepEqual(createForms(t).form(), EMPTY)
})

test('what is filled in is shown, and kept over a restart', (t) => {
  const { put, form, restart } = createForms(t)
  put('recipient', 'peter')
  put('message', 'Grüße 👋')
  put('flash', 'ON')
  put('priority', 'high')
  const filled = { ...EMPTY, recipient: 'peter', message: 'Grüße 👋', flash: true, priority: 'high' }
  assert.deepEqual(form(), filled)
  restart()
  assert.deepEqual(form(), filled)
  put('flash', 'OFF')
  put('message', '')
  assert.deepEqual(form(), { ...filled, flash: false, message: '' })
})

test('the button sends what is filled in, and the message is gone so that a second press sends nothing', async (t) => {
  const { put, form, carriedOut, answers, settle } = createForms(t)
  put('recipient', ' peter ')
  put('message', ' Hello ')
  put('send', 'PRESS')
  put('send', 'PRESS')
  await settle()
  assert.deepEqual(
    carriedOut.map(({ modem, command, input }) => [modem, command, input]),
    [['stick', 'sms/send', { to: ['peter'], text: ' Hello ', flash: false, priority: 'normal' }]],
  )
  assert.deepEqual(form(), { ...EMPTY, recipient: ' peter ' })
  put('send', 'PRESS')
  await settle()
  assert.equal(carriedOut.length, 1)
  assert.deepEqual(answers.at(-1), ['sms/send', 'There is no message: fill it in, then send again.'])
})

test('each press is a request of its own that will not be delivered again', async (t) => {
  const { put, carriedOut, acknowledged, settle } = createForms(t)
  for (const message of ['one', 'two']) {
    put('recipient', 'peter')
    put('message', message)
    put('send', 'PRESS')
    await settle()
  }
  const identities = carriedOut.map(({ identity }) => identity)
  assert.equal(new Set(identities).size, 2)
  assert.deepEqual(acknowledged, identities)
})

test('a refused message stays in the form, and the reason is told', async (t) => {
  const { put, form, answers, answerWith, settle } = createForms(t)
  answerWith(REFUSED)
  put('recipient', 'peter')
  put('message', 'Hello')
  put('send', 'PRESS')
  await settle()
  assert.equal(form().message, 'Hello')
  assert.deepEqual(answers, [['sms/send', 'The limit is used up.']])
})

test('what was typed while a message was being sent is not lost', async (t) => {
  const { put, form, settle } = createForms(t)
  put('recipient', 'peter')
  put('message', 'one')
  put('send', 'PRESS')
  put('message', 'two')
  await settle()
  assert.equal(form().message, 'two')
})

for (const [recipient, to] of [
  ['+491701234567', ['+491701234567']],
  ['peter; +491701234567,anna', ['peter', '+491701234567', 'anna']],
  ['Meier, Anna', ['Meier, Anna']],
] as const) {
  test(`the recipient ${recipient} is ${to.length} of them`, async (t) => {
    const { put, carriedOut, settle } = createForms(t)
    put('recipient', recipient)
    put('message', 'Hello')
    put('send', 'PRESS')
    await settle()
    assert.deepEqual(carriedOut[0]?.input, { to, text: 'Hello', flash: false, priority: 'normal' })
  })
}

for (const [what, field, payload, said] of [
  [
    'nobody to send to',
    'send',
    'PRESS',
    'There is no recipient: fill in a phone number or the name of a contact, then send again.',
  ],
  ['a text too long', 'message', 'x'.repeat(256), 'message: expected text of at most 255 characters.'],
  ['what is no text', 'message', Buffer.from([0xff]), 'message: expected text of at most 255 characters.'],
  ['a word that is no priority', 'priority', 'urgent', 'priority: the send form takes no "urgent" there.'],
  ['a word that is neither ON nor OFF', 'flash', '1', 'flash: the send form takes no "1" there.'],
  ['a field that is none', 'constructor', 'x', 'constructor: the send form takes no "x" there.'],
] as const) {
  test(`${what} is refused with a sentence, and changes nothing`, async (t) => {
    const { put, form, carriedOut, answers, settle } = createForms(t)
    put(field, payload as string)
    await settle()
    assert.deepEqual(answers, [['sms/send', said]])
    assert.deepEqual([form(), carriedOut], [EMPTY, []])
  })
}

test('255 characters are taken, whatever they are', (t) => {
  const { put, form } = createForms(t)
  put('message', '👋'.repeat(255))
  assert.equal(form().message, '👋'.repeat(255))
})

test('a retained press, which each restart would repeat, and an empty one send nothing', async (t) => {
  const { put, carriedOut, answers, problems, settle } = createForms(t)
  put('recipient', 'peter')
  put('message', 'Hello')
  put('send', 'PRESS', true)
  put('send', '')
  await settle()
  assert.deepEqual([carriedOut, answers], [[], []])
  assert.match(problems[0] ?? '', /retained message on zte\/stick\/homeassistant\/set\/send/)
})

for (const [field, text, command, input] of [
  ['ussd_code', '*100#', 'ussd/send', { code: '*100#' }],
  ['ussd_answer', '2', 'ussd/reply', { text: '2' }],
] as const) {
  test(`${field} is asked as soon as it is filled in, and shows until there is a reply`, async (t) => {
    const { put, form, carriedOut, answers, answerWith, settle } = createForms(t)
    let reply: (answer: Answer) => void = () => {}
    answerWith(
      new Promise((resolve) => {
        reply = resolve
      }),
    )
    put(field, text)
    await settle()
    assert.deepEqual([carriedOut[0]?.command, carriedOut[0]?.input, form()[field]], [command, input, text])
    reply(REFUSED)
    await settle()
    assert.deepEqual([form()[field], answers], ['', [[command, 'The limit is used up.']]])
    // The same once more: a menu may want the same digit twice.
    put(field, text)
    assert.equal(carriedOut.length, 2)
    put(field, '')
    assert.equal(carriedOut.length, 2)
  })
}

test('other topics and modems are none of its business', async (t) => {
  const { answers, form } = createForms(t)
  for (const topic of ['zte/nobody/homeassistant/set/message', 'zte/stick/command/message', 'zte/stick/state']) {
    new SendForms({ ...({} as SendFormsOptions), modems: [], topics: createTopics('zte') }).heard(incoming(topic, 'x'))
  }
  assert.deepEqual([answers, form()], [[], EMPTY])
})

test('a journal that cannot be written costs the form its memory, and nothing else', (t) => {
  const broken = (): never => {
    throw new ModemError('internal', 'The disk is full.')
  }
  const { put, form, problems } = createForms(t, { journal: { note: broken, setNote: broken } })
  put('message', 'Hello')
  assert.equal(form().message, 'Hello')
  assert.match(problems.at(-1) ?? '', /does not survive a restart: The disk is full/)
})
