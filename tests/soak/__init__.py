"""An hour with two live cameras and forced faults: nothing grows, nothing is lost where nothing was broken.

``python -m tests.soak --minutes 60`` (`make soak`) starts two camera processes and the subject, a process with a whole
session and its recording; breaks the cameras on a schedule; samples the subject each second; and judges what it saw.
"""
