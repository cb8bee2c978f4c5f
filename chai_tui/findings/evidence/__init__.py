"""What every detector stands on: who is who, who waits for whom, how a finding is told; pure."""
