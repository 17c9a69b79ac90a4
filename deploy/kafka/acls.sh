#!/usr/bin/env bash
# One Kafka user per service, and what each may do: say on its own topics, hear what it hears in its own group, set
# aside what it cannot handle. A broker with `allow.everyone.if.no.acl.found=false` then refuses everything else, and
# whoever steals one service's password speaks for that service alone.
#
#   BOOTSTRAP=kafka-0:9093 CONFIG=admin.properties deploy/kafka/acls.sh
#
# CONFIG is the administrator's client file. The users themselves (SCRAM-SHA-512) are made before, each with a password
# of its own:  kafka-configs.sh --alter --entity-type users --entity-name hotline-routing --add-config 'SCRAM-SHA-512=[password=…]'
set -euo pipefail
KAFKA_ACLS="${KAFKA_ACLS:-kafka-acls.sh}"

allow() { # user, then operations and resources
  local user="$1"
  shift
  "$KAFKA_ACLS" --bootstrap-server "$BOOTSTRAP" --command-config "$CONFIG" --add --allow-principal "User:$user" "$@"
}
says() { # service, topics
  local service="$1" topic
  shift
  for topic in "$@" hotline.dead-letters; do
    allow "hotline-$service" --operation Write --operation Describe --topic "$topic"
  done
}
hears() { # service, topics
  local service="$1" topic
  shift
  for topic in "$@"; do
    allow "hotline-$service" --operation Read --operation Describe --topic "$topic" --group "$service"
  done
}

# tests/unit/test_deploy.py holds these lines against what each service says and hears.
says intake hotline.tickets
hears intake hotline.tickets hotline.calls
says routing hotline.tickets
hears routing hotline.tickets
says sla_monitor hotline.tickets hotline.knowledge
hears sla_monitor hotline.tickets hotline.knowledge
says callback hotline.tickets
hears callback hotline.tickets hotline.calls
says knowledge hotline.knowledge
says telephony hotline.calls

# Who lists, shows and replays dead letters (`hotline deadletters`) by hand.
for topic in hotline.tickets hotline.knowledge hotline.calls; do
  allow hotline-operator --operation Write --operation Describe --topic "$topic"
done
allow hotline-operator --operation Read --operation Write --operation Describe --topic hotline.dead-letters
