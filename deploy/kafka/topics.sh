#!/usr/bin/env bash
# The topics, made by an administrator before the first start, so that no service needs the right to make one.
#
#   BOOTSTRAP=kafka-0:9093 CONFIG=admin.properties deploy/kafka/topics.sh
set -euo pipefail
KAFKA_TOPICS="${KAFKA_TOPICS:-kafka-topics.sh}"
PARTITIONS="${PARTITIONS:-12}"
REPLICAS="${REPLICAS:-3}"

make_topic() { # name, partitions, further settings
  local name="$1" partitions="$2"
  shift 2
  "$KAFKA_TOPICS" --bootstrap-server "$BOOTSTRAP" --command-config "$CONFIG" --create --if-not-exists \
    --topic "$name" --partitions "$partitions" --replication-factor "$REPLICAS" \
    --config min.insync.replicas=2 "$@"
}

make_topic hotline.tickets "$PARTITIONS"
make_topic hotline.knowledge "$PARTITIONS"
make_topic hotline.calls "$PARTITIONS"
# A dead letter waits for somebody to mend its cause, however long that takes.
make_topic hotline.dead-letters 1 --config retention.ms=-1
