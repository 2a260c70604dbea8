"""What a job may say of itself when it cannot be done, and what the broker may do."""


class TryAgain(Exception):
    """It could not be done now and may be done later. The message is for whoever looks after the jobs."""


class GiveUp(Exception):
    """Trying again would not help: the job has failed. The message says why."""


class BrokerAway(Exception):
    """The broker did not take or answer what was asked. Nothing is lost: the rows know what is due."""
