# What must be true before anything is changed. Pure: what is known goes in, problems come out.
from .machines import machine_problems
from .problem import Problem, refusal, told
from .variables import variable_problems

__all__ = ["Problem", "machine_problems", "refusal", "told", "variable_problems"]
