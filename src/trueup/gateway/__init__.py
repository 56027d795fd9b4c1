"""The door for requests: answers, what other services answered, and what came back; a thin one."""
