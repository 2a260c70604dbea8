"""The policy tables and the pure engines that read them: workflow, deadlines, closure."""
