"""The steps of the main job after scoring, one file each: study and answers in, one result out."""
