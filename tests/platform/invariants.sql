-- What has to hold after every fault: each row names a rule and how often it is broken. All are to be 0.

WITH chained AS (
    SELECT case_id, sort_key, event, from_state, to_state, most_recent,
           lag(to_state) OVER step AS before, lag(sort_key) OVER step AS sort_key_before,
           lead(id) OVER step AS next
      FROM cases_transition
    WINDOW step AS (PARTITION BY case_id ORDER BY sort_key)
),
audited AS (
    SELECT sequence, previous_mac,
           lag(sequence) OVER link AS sequence_before, lag(mac) OVER link AS mac_before
      FROM audit_entry
    WINDOW link AS (PARTITION BY stream ORDER BY sequence)
)
SELECT 'a case without its first transition', count(*)
  FROM cases_case c WHERE NOT EXISTS (SELECT FROM cases_transition t WHERE t.case_id = c.id AND t.event = 'create')
UNION ALL
SELECT 'a transition that does not begin where the one before it ended', count(*)
  FROM chained WHERE before IS NOT NULL AND from_state <> before
UNION ALL
SELECT 'a gap in the numbers of a case''s transitions', count(*)
  FROM chained WHERE sort_key_before IS NOT NULL AND sort_key <> sort_key_before + 20
UNION ALL
SELECT 'the mark of the most recent transition is on another one', count(*)
  FROM chained WHERE most_recent <> (next IS NULL)
UNION ALL
SELECT 'a case is in another state than its last transition says', count(*)
  FROM cases_case c JOIN cases_transition t ON t.case_id = c.id AND t.most_recent
 WHERE c.state <> t.to_state OR c.workflow <> t.to_workflow
UNION ALL
SELECT 'a number given out twice', count(*)
  FROM (SELECT number FROM cases_case GROUP BY number HAVING count(*) > 1) AS double
UNION ALL
SELECT 'a counter of numbers behind the cases', count(*)
  FROM cases_numbercounter n
 WHERE n.last < (SELECT count(*) FROM cases_case c WHERE c.received_date = n.received_date)
UNION ALL
SELECT 'an audit entry that does not follow from the one before it', count(*)
  FROM audited
 WHERE sequence <> coalesce(sequence_before, 0) + 1
    OR previous_mac <> coalesce(mac_before, decode(repeat('00', 32), 'hex'))
UNION ALL
SELECT 'a case without an entry in the audit record', count(*)
  FROM cases_case c WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.stream = 'case:' || c.id)
UNION ALL
SELECT 'a job with half a claim, or done and still claimed', count(*)
  FROM jobs_job WHERE (claim IS NULL) <> (claimed_until IS NULL) OR (state = 'done' AND finished_at IS NULL)
UNION ALL
SELECT 'a job that failed for good', count(*) FROM jobs_job WHERE state = 'failed'
UNION ALL
SELECT 'a message without a job to send it', count(*)
  FROM notifications_message m
 WHERE NOT EXISTS (SELECT FROM jobs_job j WHERE j.arguments @> jsonb_build_object('message_id', m.id))
   AND NOT EXISTS (SELECT FROM notifications_delivery d WHERE d.message_id = m.id)
UNION ALL
SELECT 'a message that was accepted twice', count(*)
  FROM (SELECT message_id FROM notifications_delivery WHERE outcome = 'accepted'
         GROUP BY message_id HAVING count(*) > 1) AS double
UNION ALL
SELECT 'a file of a case without a key', count(*)
  FROM documents_attachment a
 WHERE NOT EXISTS (SELECT FROM documents_casekey k WHERE k.case_id = a.case_id)
