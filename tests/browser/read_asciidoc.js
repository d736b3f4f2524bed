// Print what Asciidoctor makes of the document on standard input: titles, paragraphs, listings.
const asciidoctor = require('@asciidoctor/core')()
const logger = asciidoctor.MemoryLogger.create()
asciidoctor.LoggerManager.setLogger(logger)
const document = asciidoctor.load(require('fs').readFileSync(0, 'utf8'), { safe: 'safe' })
const block = (b) => ({
  kind: b.getContext(),
  title: b.getTitle() || '',
  text: b.getContext() === 'listing' ? b.getSource() : b.getContent(),
})
const sections = document.getSections().map((s) => ({ title: s.getTitle(), blocks: s.getBlocks().map(block) }))
const messages = logger.getMessages().map((m) => m.getText())
console.log(JSON.stringify({ title: document.getDocumentTitle(), sections, messages }))
