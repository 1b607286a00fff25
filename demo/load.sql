-- Loads what the generator wrote: one file a table, in COPY's text format, in the directory psql was started in.
\set ON_ERROR_STOP on
BEGIN;
\copy country FROM 'country.tsv'
\copy product FROM 'product.tsv'
\copy account FROM 'account.tsv'
\copy device FROM 'device.tsv'
\copy voice_recording FROM 'voice_recording.tsv'
\copy search FROM 'search.tsv'
\copy alarm FROM 'alarm.tsv'
\copy music_command FROM 'music_command.tsv'
\copy transit_question FROM 'transit_question.tsv'
\copy wallet FROM 'wallet.tsv'
\copy purchase FROM 'purchase.tsv'
\copy purchase_line FROM 'purchase_line.tsv'
\copy support_call FROM 'support_call.tsv'
\copy doorbell_clip FROM 'doorbell_clip.tsv'
COMMIT;
ANALYZE;
